// The page /offline/: what is kept on this device, how old it is; refresh it, delete it.

import { OfflineCopy } from "./offline-copy.js";

const root = new URL("../", import.meta.url);
const copy = new OfflineCopy(root);
const panel = document.querySelector("[data-offline-panel]");
const possible = "serviceWorker" in navigator && "DecompressionStream" in window && "caches" in window;

if (!possible) show("impossible");
else copy.state().then(tell);

panel.addEventListener("click", async ({ target }) => {
  const action = target.closest("button")?.dataset.action;
  if (action === "keep") await keep();
  if (action === "delete") {
    await copy.erase();
    await tell(await copy.state());
    focusOn("off");
  }
});

async function keep() {
  show("working");
  const bar = panel.querySelector("progress");
  const progress = (done, bytes) => Object.assign(bar, { max: bytes, value: done });
  const state = await copy.refresh({ asked: true, progress });
  await navigator.storage?.persist?.(); // asked here only, because some browsers ask the person
  await tell(state);
  focusOn(state.problem || "kept");
}

async function tell(state) {
  if (state.version) fill(state);
  else await tellSize();
  const missing = state.off ? "off" : "none";
  show(state.version ? "kept" : missing, state.problem);
}

function fill({ date, stored, checked, bytes }) {
  set("date", date);
  set("stored", beijing(stored));
  set("checked", beijing(checked ?? stored));
  set("size", kilobytes(bytes));
}

async function tellSize() {
  const response = await fetch(new URL("data/offline.json", root)).catch(() => undefined);
  if (response?.ok) set("size", kilobytes((await response.json()).bytes));
}

function show(...names) {
  for (const block of panel.querySelectorAll("[data-state]")) {
    block.hidden = !names.includes(block.dataset.state);
  }
}

function focusOn(name) {
  panel.querySelector(`[data-state="${name}"]`)?.focus();
}

function set(name, text) {
  for (const place of panel.querySelectorAll(`[data-fill="${name}"]`)) place.textContent = text;
}

function kilobytes(bytes) {
  return `${Math.round(bytes / 1024)} KB`;
}

function beijing(milliseconds) {
  const options = { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" };
  return new Intl.DateTimeFormat("sv", options).format(milliseconds);
}
