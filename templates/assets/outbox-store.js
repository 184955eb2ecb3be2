// What waits to be sent, and what was delivered, on this device (IndexedDB). Pages and the service
// worker both use it.
//
// An item leaves the queue only by becoming a receipt, in one transaction that also erases what the
// person wrote. States: waiting, editing, delivered; correct, full and refused are the API's
// definite answers, after which nothing is stored there. `uncertain` means that a sending began and
// nobody knows how it ended: until that is known, the item can only be sent again, unchanged.

const VERSION = 1;
const DRAFT_DAYS = 7;

export class OutboxStore {
  /** `root` is the address of the site's root folder. */
  constructor(root) {
    this.name = `outbox ${new URL(root).pathname}`;
    this.channel = globalThis.BroadcastChannel && new BroadcastChannel(this.name);
    this.callbacks = [];
  }

  /** Keep a new item, and forget the draft it was made from. Fails when the id is taken: two tabs
   * may have gone on with one draft. */
  async add(item, draft) {
    await this.change(["items", "drafts"], (items, drafts) => {
      items.add(item);
      drafts.delete(draft);
    });
    return item;
  }

  /** Keep an item as it is now; safe on disk when this returns. */
  async keep(item) {
    await this.change(["items"], (items) => items.put(item));
    return item;
  }

  /** Keep what people have changed so far beside their item, which would still send what they confirmed. */
  async keepChange(id, draft) {
    await this.change(["items"], (items) => {
      items.get(id).onsuccess = ({ target: { result: item } }) => {
        if (item && !taken(item)) items.put({ ...item, draft });
      };
    });
  }

  /** Keep an item as people changed it, or nothing, instead of what it was. Fails when the id is
   * taken: another tab may have sent, or be sending, what it was before. */
  async replace(before, item) {
    await this.change(["items"], (items) => {
      items.get(before).onsuccess = ({ target }) => {
        if (!taken(target.result)) items.delete(before);
        if (item) items.add(item);
      };
    });
  }

  /** Keep an item as it is now if it is still here, and say so: what was erased stays erased. */
  async renew(item) {
    let here;
    await this.change(["items"], (items) => {
      items.getKey(item.id).onsuccess = ({ target }) => {
        here = target.result !== undefined;
        if (here) items.put(item);
      };
    });
    return here;
  }

  async get(id) {
    return this.read("items", (items) => items.get(id));
  }

  /** All items, oldest first. */
  async all() {
    const items = await this.read("items", (store) => store.getAll());
    return items.sort((one, other) => one.created - other.created);
  }

  async remove(id) {
    await this.change(["items"], (items) => items.delete(id));
  }

  /** Keep what somebody is writing; `fields` has nothing personal in it. */
  async keepDraft(form, draft) {
    await this.change(["drafts"], (drafts) => drafts.put({ ...draft, form, saved: Date.now() }));
  }

  async draft(form) {
    const draft = await this.read("drafts", (drafts) => drafts.get(form));
    const fresh = draft && Date.now() - draft.saved < DRAFT_DAYS * 24 * 3600 * 1000;
    if (draft && !fresh) await this.removeDraft(form);
    return fresh ? draft : undefined;
  }

  async removeDraft(form) {
    await this.change(["drafts"], (drafts) => drafts.delete(form));
  }

  /** Forget everything: for shared computers and the self-service hall. */
  async clear() {
    await this.change(["items", "drafts"], (items, drafts) => {
      items.clear();
      drafts.clear();
    });
  }

  /** Call back whenever this or another tab, or the worker, changed something. */
  onChange(callback) {
    this.callbacks.push(callback);
    this.channel?.addEventListener("message", callback);
  }

  /** Only one tab or worker sends or edits at a time; without Web Locks the API still dedupes. */
  async alone(work, { wait = true } = {}) {
    if (!globalThis.navigator?.locks) return work();
    const options = { ifAvailable: !wait };
    return navigator.locks.request(this.name, options, (lock) => (lock ? work() : undefined));
  }

  // Below here: IndexedDB.

  async change(names, work) {
    const db = await this.open();
    await new Promise((resolve, reject) => {
      const transaction = db.transaction(names, "readwrite", { durability: "strict" });
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
      work(...names.map((name) => transaction.objectStore(name)));
    });
    this.channel?.postMessage("changed");
    for (const callback of this.callbacks) callback();
  }

  async read(name, work) {
    const db = await this.open();
    return promised(work(db.transaction(name).objectStore(name)));
  }

  async open() {
    if (!this.db) {
      const request = indexedDB.open(this.name, VERSION);
      request.onupgradeneeded = () => {
        request.result.createObjectStore("items", { keyPath: "id" });
        request.result.createObjectStore("drafts", { keyPath: "form" });
      };
      this.db = await promised(request);
      this.db.onclose = () => (this.db = undefined);
      this.db.onversionchange = () => {
        this.db.close();
        this.db = undefined;
      };
    }
    return this.db;
  }
}

/** Whether an item is on its way, or has its receipt. */
function taken(item) {
  return ["waiting", "delivered"].includes(item?.state);
}

function promised(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
