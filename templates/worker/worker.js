// The service worker, published as /sw.js after the modules it uses (site_builder/offline.py joins
// them into one classic script, because not every browser takes a module here: no name twice).
//
// While the copy is known to be the published version, pages come from it at once; otherwise from the
// network while it answers, and the copy stands in when it does not. A page made here says of which
// version it is (data-copy), and its scripts ask for data of that version (site-data.js). Scripts and
// styles are named by their content, so the copy serves them at once.

const PATIENCE = 4000; // milliseconds a stored page waits for a slow network
const FRESH = 5 * 60_000; // milliseconds for which one look at the published version counts
const JUST_NOW = 60_000; // and one that reached nobody

const NOT_STORED = "offline/missing.html"; // says so, at whatever address was asked for

const copy = new OfflineCopy(self.registration.scope);

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  if (event.data === "refresh") event.waitUntil(refresh(event.source));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || !url.href.startsWith(copy.root.href)) return;
  const path = decodeURIComponent(url.pathname.slice(copy.root.pathname.length));
  const version = url.searchParams.get("copy") ?? undefined;
  const wantsPage = request.mode === "navigate" || request.headers.get("Accept") === "text/html";
  if (wantsPage) event.respondWith(answerPage(event, path, version));
  else if (path.startsWith("assets/")) event.respondWith(answerAsset(request, path));
  else if (path.startsWith("data/")) event.respondWith(answerData(request, path, version));
});

/** Look for a new version; tell pages that there is one, and the asking one whether anybody answers. */
async function refresh(asking) {
  const before = (await copy.state()).version;
  const { version, date, problem } = await copy.refresh();
  if (problem === "network" && version) asking?.postMessage({ note: "offline", date });
  if (!problem) asking?.postMessage({ note: "online" });
  if (!before || !version || version === before) return;
  for (const client of await self.clients.matchAll()) client.postMessage({ note: "updated" });
}

async function answerPage(event, path, version) {
  const known = version ?? (await freshVersion(event.request));
  if (known) {
    const stored = await copy.page(path, known).catch(() => undefined);
    if (stored) return pageOf(path, stored);
  }
  if (event.request.cache === "only-if-cached") return nextPage(path);
  const network = fetch(event.request);
  event.waitUntil(network.catch(() => {}));
  const stored = await copy.page(path).catch(() => undefined);
  const slow = stored ? failAfter(PATIENCE) : new Promise(() => {});
  try {
    const response = await Promise.race([network, slow]);
    if (response.status < 500 || !stored) return response;
  } catch (error) {
    if (!stored) return pageNotStored(path, error);
  }
  return pageOf(path, stored, { offline: true });
}

/** For next-page.js, which asks nobody else: where nobody could be reached just now, the copy as it is. */
async function nextPage(path) {
  const { unreachable = 0 } = await copy.state();
  const stored = Date.now() - unreachable < JUST_NOW && (await copy.page(path).catch(() => undefined));
  return stored ? pageOf(path, stored, { offline: true }) : new Response(null, { status: 204 });
}

/** The version of the copy, when its pages are as good as the server's. Who reloads wants the server's. */
async function freshVersion(request) {
  if (["no-cache", "reload"].includes(request.cache)) return undefined;
  const { version, checked, problem } = await copy.state();
  return !problem && Date.now() - checked < FRESH ? version : undefined;
}

async function pageNotStored(path, error) {
  const folder = !path.endsWith("/") && (await copy.page(`${path}/`).catch(() => undefined));
  if (folder) return Response.redirect(new URL(`${path}/`, copy.root));
  const help = await copy.page(NOT_STORED).catch(() => undefined);
  if (!help) throw error;
  return pageOf(path, help, { offline: true, twin: "" });
}

/** Its links hold wherever it is shown: next-page.js brings it into the document of another page. */
function pageOf(path, { core, record, date, version }, { offline = false, twin = path.replace(/^hant\//, "") } = {}) {
  const { pathname: root } = copy.root;
  const hant = isTraditional(path);
  const [base, other] = hant ? [`${root}hant/`, root] : [root, `${root}hant/`];
  const html = compose(core, record, hant, { root, base, twin: other + twin });
  const said = `<html data-copy="${version}"${offline ? ` data-offline="${date}"` : ""}`;
  const headers = { "Content-Type": "text/html; charset=utf-8" };
  return new Response(html.replace("<html", said), { headers });
}

function isTraditional(path) {
  return path.startsWith("hant/");
}

async function answerAsset(request, path) {
  return (await stored(path)) ?? fetch(request);
}

async function answerData(request, path, version) {
  if (version) return (await stored(path, version)) ?? fetch(request);
  try {
    const response = await fetch(request);
    if (response.status < 500) return response;
  } catch {
    // the copy answers
  }
  return (await stored(path)) ?? Response.error();
}

async function stored(path, version) {
  const text = await copy.file(path, version).catch(() => undefined);
  return text === undefined ? undefined : new Response(text, { headers: headersOf(path) });
}

const FOR_EVER = "max-age=31536000, immutable"; // so the next page has its scripts without asking here

const TYPES = {
  css: "text/css",
  js: "text/javascript",
  json: "application/json",
  svg: "image/svg+xml",
};

function headersOf(path) {
  const type = `${TYPES[path.split(".").pop()] ?? "text/plain"}; charset=utf-8`;
  return { "Content-Type": type, ...(path.startsWith("assets/") && { "Cache-Control": FOR_EVER }) };
}

function failAfter(milliseconds) {
  return new Promise((_, reject) => setTimeout(reject, milliseconds, new Error("slow")));
}

// The outbox, when no page is open (Background Sync). Failing tells the browser to try once more.

const outbox = new OutboxStore(self.registration.scope);

self.addEventListener("sync", (event) => {
  if (event.tag === "outbox") event.waitUntil(sync());
});

async function sync() {
  if (await flush(outbox, copy.root)) throw new Error("something still waits");
}
