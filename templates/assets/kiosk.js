// The self-service hall: after a while without a touch, forget the person and go back to the start.

const QUIET = 90_000;
const WARNING = 20_000;
const AGAIN = 10_000; // until the next try, while there is no network
const root = new URL("../", import.meta.url);
const start = document.documentElement.lang === "zh-Hant" ? new URL("hant/", root) : root;
const warning = document.querySelector("[data-kiosk-warning]");

let timer;

// What people do; scrolling is not among it, because pages scroll by themselves, too.
for (const event of ["pointerdown", "pointermove", "keydown", "wheel", "touchmove"]) {
  addEventListener(event, wait, { passive: true });
}
addEventListener("contextmenu", (event) => event.preventDefault());
addEventListener("pageshow", stayInThisVisit);
stayInThisVisit();
wait();

function wait() {
  clearTimeout(timer);
  warning.hidden = true;
  timer = setTimeout(warn, QUIET);
}

function warn() {
  warning.hidden = false;
  timer = setTimeout(leave, WARNING);
}

/** Nothing of the person stays: no draft, no receipt, no setting, nothing on the screen. */
async function leave() {
  document.querySelector("main").replaceChildren();
  localStorage.clear();
  sessionStorage.clear();
  const databases = (await indexedDB.databases?.()) ?? [];
  await Promise.all(databases.map(({ name }) => forget(name)));
  await backToStart();
}

/** Without a network the browser would show an error page, which has no way back. */
async function backToStart() {
  const there = await fetch(start, { method: "HEAD", cache: "no-store" }).catch(() => undefined);
  if (there) location.replace(start);
  else timer = setTimeout(backToStart, AGAIN);
}

/** The way back ends where this person began: pages of the one before lead to the start. */
function stayInThisVisit() {
  const visit = (sessionStorage.visit ??= String(Date.now()));
  if (history.state?.visit === visit) return;
  if (history.state?.visit) location.replace(start);
  else history.replaceState({ ...history.state, visit }, "");
}

function forget(name) {
  return new Promise((done) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = request.onerror = request.onblocked = done;
  });
}
