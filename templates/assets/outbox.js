// Every page: send what waits, and say at the foot of the page that something waits.

import { flush } from "./outbox-send.js";
import { OutboxStore } from "./outbox-store.js";

const [SHORTEST, LONGEST] = [2_000, 60_000];

export const root = new URL("../", import.meta.url);
export const store = new OutboxStore(root);

let timer;

/** Send what waits; `now` because somebody asked or the network came back. */
export async function sendNow({ now = true } = {}) {
  const left = await flush(store, root, { now });
  clearTimeout(timer);
  if (left) {
    await askForSync();
    timer = setTimeout(quietly(() => sendNow({ now: false })), await pause());
  }
  return left;
}

/** Until the next item is due, or a minute where nobody can say; a little different in each tab. */
async function pause() {
  const times = (await store.all()).filter(({ state }) => state === "waiting").map(({ retryAt }) => retryAt ?? 0);
  return Math.max(SHORTEST, Math.min(LONGEST, Math.min(...times) - Date.now())) * (1 + Math.random() / 5);
}

function quietly(work) {
  return () => work().catch(() => {});
}

/** Background Sync, where it exists, sends even when no page of the site is open any more. */
export async function askForSync() {
  const registration = await navigator.serviceWorker?.getRegistration(root.pathname);
  await registration?.sync?.register("outbox").catch(() => {});
}

if ("indexedDB" in window) {
  addEventListener("online", quietly(sendNow));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") quietly(() => sendNow({ now: false }))();
  });
  store.onChange(quietly(tell));
  const idle = window.requestIdleCallback ?? setTimeout;
  idle(quietly(async () => {
    await tell();
    await sendNow({ now: false });
  }));
}

async function tell() {
  const note = document.querySelector('[data-note="waiting"]');
  const waiting = (await store.all()).filter((item) => item.state !== "delivered");
  note.querySelector("[data-count]").textContent = waiting.length;
  note.hidden = waiting.length === 0;
}
