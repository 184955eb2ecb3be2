// Published as /sw.js when the offline copy is switched off (离线副本 in content/data/site.yml): a
// device that has a copy gives it up at its next visit. What waits in the outbox is not touched.

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => event.waitUntil(stop()));

async function stop() {
  await caches.delete(`offline ${new URL(self.registration.scope).pathname}`);
  await self.registration.unregister();
}
