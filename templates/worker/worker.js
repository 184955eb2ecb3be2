// The service worker, published as /sw.js after the modules it uses (site_builder/offline.py joins
// them into one classic script, because not every browser takes a module here).
//
// Pages come from the network while it answers; the copy stands in when it does not. Scripts and
// styles are named by their content, so the copy serves them at once.

const PATIENCE = 4000; // milliseconds a stored page waits for a slow network

const NOT_STORED = "offline/missing.html"; // says so, at whatever address was asked for

const copy = new OfflineCopy(self.registration.scope);
const composed = new Set(); // clients whose page came from the copy: they get its data, too

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  if (event.data === "refresh") event.waitUntil(refresh());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || !url.href.startsWith(copy.root.href)) return;
  const path = decodeURIComponent(url.pathname.slice(copy.root.pathname.length));
  const wantsPage = request.mode === "navigate" || request.headers.get("Accept") === "text/html";
  if (wantsPage) event.respondWith(answerPage(event, path));
  else if (path.startsWith("assets/")) event.respondWith(answerAsset(request, path));
  else if (path.startsWith("data/")) event.respondWith(answerData(event, path));
});

async function refresh() {
  const before = (await copy.state()).version;
  const { version } = await copy.refresh();
  if (!before || !version || version === before) return;
  for (const client of await self.clients.matchAll()) client.postMessage("updated");
}

async function answerPage(event, path) {
  const network = fetch(event.request);
  event.waitUntil(network.catch(() => {}));
  const stored = await copy.page(path).catch(() => undefined);
  const slow = stored ? after(PATIENCE) : new Promise(() => {});
  try {
    const response = await Promise.race([network, slow]);
    if (response.status < 500 || !stored) return response;
  } catch (error) {
    if (!stored) return pageNotStored(event, path, error);
  }
  return pageOf(event, path, stored);
}

async function pageNotStored(event, path, error) {
  const help = await copy.page(NOT_STORED).catch(() => undefined);
  if (!help) throw error;
  const root = copy.root.pathname;
  const [hans, hant] = [root, `${root}hant/`];
  const [base, twin] = isTraditional(path) ? [hant, hans] : [hans, hant];
  return pageOf(event, path, help, { root, base, twin });
}

function pageOf(event, path, { core, record, date }, places) {
  composed.add(event.resultingClientId);
  const html = compose(core, record, isTraditional(path), places);
  const marked = html.replace("<html", `<html data-offline="${date}"`);
  return new Response(marked, { headers: { "Content-Type": "text/html; charset=utf-8" } });
}

function isTraditional(path) {
  return path.startsWith("hant/");
}

async function answerAsset(request, path) {
  return (await stored(path)) ?? fetch(request);
}

async function answerData(event, path) {
  if (composed.has(event.clientId)) return (await stored(path)) ?? fetch(event.request);
  try {
    const response = await fetch(event.request);
    if (response.status < 500) return response;
  } catch {
    // the copy answers
  }
  return (await stored(path)) ?? Response.error();
}

async function stored(path) {
  const text = await copy.file(path).catch(() => undefined);
  return text === undefined ? undefined : new Response(text, { headers: headersOf(path) });
}

const TYPES = {
  css: "text/css",
  js: "text/javascript",
  json: "application/json",
  svg: "image/svg+xml",
};

function headersOf(path) {
  return { "Content-Type": `${TYPES[path.split(".").pop()] ?? "text/plain"}; charset=utf-8` };
}

function after(milliseconds) {
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
