// Every page: send what waits, and say at the foot of the page that something waits.

import { flush } from "./outbox-send.js";
import { OutboxStore } from "./outbox-store.js";

const EVERY = 60_000;

export const root = new URL("../", import.meta.url);
export const store = new OutboxStore(root);

/** Send what waits; `now` because somebody asked or the network came back. */
export async function sendNow({ now = true } = {}) {
  const left = await flush(store, root, { now });
  if (left) await askForSync();
  return left;
}

/** Background Sync, where it exists, sends even when no page of the site is open any more. */
export async function askForSync() {
  const registration = await navigator.serviceWorker?.getRegistration(root.pathname);
  await registration?.sync?.register("outbox").catch(() => {});
}

if ("indexedDB" in window) {
  const quietly = (work) => () => work().catch(() => {});
  addEventListener("online", quietly(sendNow));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") quietly(() => sendNow({ now: false }))();
  });
  setInterval(quietly(() => sendNow({ now: false })), EVERY * (0.8 + Math.random() * 0.4));
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
