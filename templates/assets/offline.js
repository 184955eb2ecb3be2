// Every page: keep the site on this device, quietly, after the page itself is done.

import { OfflineCopy } from "./offline-copy.js";

const root = new URL("../", import.meta.url);
const notes = document.querySelector("[data-site-notes]");

if ("serviceWorker" in navigator && "DecompressionStream" in window) {
  const loaded = document.readyState === "complete";
  if (loaded) whenIdle(start);
  else addEventListener("load", () => whenIdle(start), { once: true });
  navigator.serviceWorker.addEventListener("message", ({ data }) => {
    if (data === "updated") show("updated");
  });
}

const date = document.documentElement.dataset.offline;
if (date !== undefined) show("offline", date);

async function start() {
  const scope = root.pathname;
  const options = { scope, updateViaCache: "none" };
  await navigator.serviceWorker.register(new URL("sw.js", root), options);
  if (navigator.connection?.saveData) return; // people who save data ask for the copy themselves
  const { active } = await navigator.serviceWorker.ready;
  active.postMessage("refresh");
  askToKeep();
}

/** A copy in use should not be the first thing a full phone throws away. */
async function askToKeep() {
  const { version } = await new OfflineCopy(root).state();
  if (version && !(await navigator.storage?.persisted?.())) await navigator.storage?.persist?.();
}

function show(name, day) {
  const note = notes?.querySelector(`[data-note="${name}"]`);
  if (!note) return;
  const time = note.querySelector("time");
  if (time && day) Object.assign(time, { textContent: day, dateTime: day });
  note.hidden = false;
}

function whenIdle(work) {
  const run = () => work().catch(() => {}); // without a copy the site works as it always did
  if (window.requestIdleCallback) requestIdleCallback(run, { timeout: 10_000 });
  else setTimeout(run, 2000);
}
