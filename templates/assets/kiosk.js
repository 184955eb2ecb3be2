// The self-service hall: after a while without a touch, forget the person and go back to the start.

const QUIET = 90_000;
const WARNING = 20_000;
const root = new URL("../", import.meta.url);
const start = document.documentElement.lang === "zh-Hant" ? new URL("hant/", root) : root;
const warning = document.querySelector("[data-kiosk-warning]");

let timer;

for (const event of ["pointerdown", "keydown", "scroll", "input"]) addEventListener(event, wait, { passive: true });
addEventListener("contextmenu", (event) => event.preventDefault());
wait();

function wait() {
  clearTimeout(timer);
  if (warning) warning.hidden = true;
  timer = setTimeout(warn, QUIET);
}

function warn() {
  if (warning) warning.hidden = false;
  timer = setTimeout(leave, WARNING);
}

/** Nothing of the person stays: no draft, no receipt, no setting, no way back. */
async function leave() {
  localStorage.clear();
  sessionStorage.clear();
  const databases = (await indexedDB.databases?.()) ?? [];
  await Promise.all(databases.map(({ name }) => forget(name)));
  location.replace(start);
}

function forget(name) {
  return new Promise((done) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = request.onerror = request.onblocked = done;
  });
}
