// The copy of the site on this device. Pages and the service worker both use it.
//
// The site publishes the copy as parts named by their content (site_builder/offline.py). A version
// counts only when all its parts are here and proved; one record, written last, says which version
// that is. So an interrupted download costs nothing: the old version stays, and the parts that came
// stay for the next attempt. The version before is kept too, for pages that are still open.

const FORMAT = 1;
const POINTER = "data/offline.json";
const STATE = "data/offline/state";
const UNPACKED = 8; // parts kept unpacked: a page asks for a dozen files of the same one

export class OfflineCopy {
  /** `root` is the address of the site's root folder. */
  constructor(root) {
    this.root = new URL(root);
    this.name = `offline ${this.root.pathname}`;
    this.opened = new Map();
  }

  /** What is here: version, date, bytes, stored, checked, problem, unreachable (when), or off when people erased it. */
  async state() {
    const response = await this.match(STATE);
    return response ? response.json() : {};
  }

  /** Bring the copy up to the published version; return the state afterwards. Never throws. */
  async refresh({ asked = false, progress = () => {} } = {}) {
    return this.alone(() => this.refreshAlone(asked, progress));
  }

  /** Remove the copy, and keep it removed until somebody asks for it again. */
  async erase() {
    await this.alone(async () => {
      await caches.delete(this.name);
      this.opened.clear();
      await this.note({ off: true });
    });
  }

  /** What the page at a path says, and the shell around it; nothing when it is not here. */
  async page(path, version) {
    const url = path.replace(/^hant\//, "").replace(/(^|\/)index\.html$/, "$1");
    version ??= (await this.state()).version;
    const index = version && (await this.open(indexOf(version)));
    const part = index?.pages[url];
    if (part === undefined) return undefined;
    const [core, opened] = await Promise.all([
      this.open(index.core),
      this.open(index.parts[part]),
    ]);
    return core && opened && { core, record: recordOf(opened, url), date: index.date, version };
  }

  /** The text of a script, style or data file: of a version, or of the newest here that has it. */
  async file(path, version) {
    const { index: newest, previous } = version ? { index: indexOf(version) } : await this.state();
    for (const address of [newest, previous]) {
      const index = address && (await this.open(address));
      const part = index?.files[path];
      const opened = part !== undefined && (await this.open(index.parts[part]));
      if (opened) return opened.files[path];
    }
    return undefined;
  }

  // Below here: how it is kept.

  /** Several tabs and the worker share the copy; one of them changes it at a time. */
  alone(work) {
    return navigator.locks ? navigator.locks.request(this.name, work) : work();
  }

  async refreshAlone(asked, progress) {
    const state = await this.state();
    if (state.off && !asked) return state;
    try {
      const pointer = await this.published();
      if (pointer.stop) {
        await caches.delete(this.name);
        return {};
      }
      const whole = state.version === pointer.version && (await this.whole(pointer.index));
      const next = { ...state, off: false, checked: Date.now(), problem: "", unreachable: 0 };
      if (!whole && pointer.format === FORMAT) {
        await this.download(pointer, progress);
        const previous = state.version === pointer.version ? state.previous : state.index;
        Object.assign(next, pointer, { previous, stored: Date.now() });
      }
      await this.note(next);
      await this.prune(next);
      return next;
    } catch (error) {
      const problem = error.name === "QuotaExceededError" ? "full" : "network";
      const unreachable = error instanceof TypeError ? Date.now() : 0; // as fetch says it
      await this.note({ ...state, problem, unreachable }).catch(() => {});
      return { ...state, problem };
    }
  }

  async published() {
    const response = await fetch(new URL(POINTER, this.root), { cache: "no-store" });
    if (!response.ok) throw new Error(`${response.status} ${POINTER}`);
    return response.json();
  }

  async whole(indexAddress) {
    const index = await this.open(indexAddress);
    if (!index) return false;
    const cache = await caches.open(this.name);
    const here = new Set((await cache.keys()).map((request) => request.url));
    return [indexAddress, index.core, ...index.parts].every((one) => here.has(this.url(one)));
  }

  async download(pointer, progress) {
    let done = await this.take(pointer.index);
    const index = await this.open(pointer.index);
    for (const address of [index.core, ...index.parts]) {
      done += await this.take(address);
      progress(done, pointer.bytes);
    }
  }

  /** Fetch a part unless it is here; keep it only when its content is what its name says. */
  async take(address) {
    const kept = await this.match(address);
    if (kept) return (await kept.blob()).size;
    const response = await fetch(this.url(address), { priority: "low" });
    if (!response.ok) throw new Error(`${response.status} ${address}`);
    const bytes = await response.arrayBuffer();
    if (!address.includes(`.${await digest(bytes)}.`)) throw new Error(`damaged ${address}`);
    const cache = await caches.open(this.name);
    await cache.put(this.url(address), new Response(bytes));
    return bytes.byteLength;
  }

  async prune(state) {
    const kept = new Set([this.url(STATE)]);
    for (const address of [state.index, state.previous]) {
      const index = address && (await this.open(address));
      if (index) [address, index.core, ...index.parts].forEach((part) => kept.add(this.url(part)));
    }
    const cache = await caches.open(this.name);
    for (const request of await cache.keys()) {
      if (!kept.has(request.url)) await cache.delete(request);
    }
  }

  /** Unpack a part, or take it unpacked; nothing when the browser threw it away. */
  open(address) {
    const opening = this.opened.get(address) ?? this.unpack(address);
    this.opened.delete(address);
    this.opened.set(address, opening); // the last one used is the last to go
    if (this.opened.size > UNPACKED) this.opened.delete(this.opened.keys().next().value);
    return opening;
  }

  async unpack(address) {
    try {
      const response = await this.match(address);
      if (response) {
        const unpacked = response.body.pipeThrough(new DecompressionStream("gzip"));
        return await new Response(unpacked).json();
      }
    } catch {
      // as good as thrown away
    }
    this.opened.delete(address);
    return undefined;
  }

  async note(state) {
    const cache = await caches.open(this.name);
    await cache.put(this.url(STATE), new Response(JSON.stringify(state)));
  }

  async match(address) {
    return caches.match(this.url(address), { cacheName: this.name });
  }

  url(address) {
    return new URL(address, this.root).href;
  }
}

function indexOf(version) {
  return `data/offline/index.${version}.bin`;
}

/** What a page says; where lines repeat much, the part holds each once. */
function recordOf({ lines, pages }, url) {
  const record = pages[url];
  if (!record.lines) return record;
  const body = record.lines.map((number) => lines[number]).join("\n");
  return { ...record, texts: { ...record.texts, body } };
}

async function digest(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
