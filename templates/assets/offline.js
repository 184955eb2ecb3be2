// Every page: keep the site on this device, and send what waits here, quietly, after the page itself is done.

const root = new URL("../", import.meta.url);
const AGAIN = 10_000; // milliseconds until one more look
const notes = document.querySelector("[data-site-notes]");

let timer;

afterLoad(() => import("./outbox.js"));
if ("serviceWorker" in navigator && "DecompressionStream" in window) {
  afterLoad(start);
  addEventListener("online", () => whenIdle(look));
  navigator.serviceWorker.addEventListener("message", ({ data }) => {
    if (data.note === "online") hide("offline");
    else show(data.note, data.date);
    if (data.note === "offline") lookAgain();
  });
}

const page = document.documentElement.dataset;
const { pathname } = location;
let pagesCome = false; // into this document, when it is one of the copy
if (page.copy !== undefined) import("./next-page.js").then(({ hears }) => (pagesCome = hears)).catch(() => {});
// Made anew by a reload, a document still counts as that of the pages that had come into it.
addEventListener("popstate", () => !pagesCome && location.pathname !== pathname && location.reload());
tellWhetherOffline();
addEventListener("newpage", () => {
  tellWhetherOffline();
  whenIdle(look);
});

function tellWhetherOffline() {
  if (page.offline === undefined) hide("offline");
  else show("offline", page.offline);
}

async function start() {
  const scope = root.pathname;
  const options = { scope, updateViaCache: "none" };
  await navigator.serviceWorker.register(new URL("sw.js", root), options);
  await look();
}

/** Have the worker look at the published version; it answers with a note. */
async function look() {
  if (navigator.connection?.saveData) return; // people who save data ask for the copy themselves
  const { active } = await navigator.serviceWorker.ready;
  active.postMessage("refresh");
}

/** Devices say that they are online some time before anything answers. */
function lookAgain() {
  clearTimeout(timer);
  timer = setTimeout(() => navigator.onLine && whenIdle(look), AGAIN);
}

function show(name, day) {
  const note = noteOf(name);
  if (!note) return;
  const time = note.querySelector("time");
  if (time && day) Object.assign(time, { textContent: day, dateTime: day });
  note.hidden = false;
}

function hide(name) {
  const note = noteOf(name);
  if (note) note.hidden = true;
}

function noteOf(name) {
  return notes?.querySelector(`[data-note="${name}"]`);
}

function afterLoad(work) {
  if (document.readyState === "complete") whenIdle(work);
  else addEventListener("load", () => whenIdle(work), { once: true });
}

function whenIdle(work) {
  const run = () => work().catch(() => {}); // without a copy the site works as it always did
  if (window.requestIdleCallback) requestIdleCallback(run, { timeout: 10_000 });
  else setTimeout(run, 2000);
}
