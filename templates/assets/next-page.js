// The next page of the offline copy comes into this document, because browsers need longer to make a
// new one than for all that is in it (docs/decisions/0303). Only pages to read: where people write, a page
// is a document of its own, as ever. So is every page that is not just as this one needs it.
//
// Other scripts hear "newpage" when it is here; what they know of the last <main> is then of no use.

import { announce } from "./toolbar-announce.js";

const root = document.documentElement;
const KEPT = 8; // pages to go back to
const PATIENCE = 3000; // milliseconds the worker has to answer
const PRESSED = 5000; // milliseconds for which a press counts
const AS_EVER = "as ever"; // said of a navigation that is the browser's alone

const left = new Map(); // pages as people left them, by their entry in the history
let page = contentOf(document);
let ahead = {}; // the page whose link is pressed: its address, and what will have come
let wanted; // the page somebody waits for

/** Whether pages come into this document. */
export const hears = Boolean(window.navigation) && readable(document);

if (hears) {
  settle(page);
  navigation.addEventListener("navigate", hear);
  addEventListener("pointerdown", ({ target }) => pressed(target.closest?.("a[href]"))); // 80 ms before the click
}

/** Whether nothing of a page's own stays behind in scripts when it goes. */
function readable(of) {
  return !of.querySelector("main script[src]:not([data-again])");
}

/** What makes a page: all that its shell does not have in common with the others of its script. */
function contentOf(of) {
  const { kind, offline } = of.documentElement.dataset;
  return {
    kind,
    offline,
    head: headOf(of),
    current: [...of.querySelectorAll(".nav a")].map((link) => link.getAttribute("aria-current")),
    twin: of.querySelector("a[data-switch=script]").getAttribute("href"),
    frame: of.querySelector("main").parentElement,
    scripts: [...of.querySelectorAll("main script[src]")].map(({ src }) => src),
  };
}

function pressed(link) {
  if (link && isPage(link)) ahead = askFor(link.href);
}

/** Whether a page of this site could be there, which is not this one and has nothing asked of it. */
function isPage({ origin, pathname, search }) {
  return origin === location.origin && pathname !== location.pathname && pathname.endsWith("/") && !search;
}

function askFor(href) {
  const coming = bring(href).catch(() => undefined);
  return { href, coming, asked: performance.now() };
}

/** A page as the copy has it now; nothing when that is of another version, or no page to read. */
async function bring(href) {
  const response = await fetch(href, {
    headers: { Accept: "text/html" },
    cache: "only-if-cached", // the worker answers, or nobody
    mode: "same-origin",
    signal: AbortSignal.timeout(PATIENCE),
  });
  const next = new DOMParser().parseFromString(await response.text(), "text/html");
  const { lang, dataset } = next.documentElement;
  const same = lang === root.lang && dataset.copy === root.dataset.copy;
  return same && readable(next) ? contentOf(next) : undefined;
}

function hear(event) {
  const { destination, info, navigationType } = event;
  if (!info) wanted = undefined; // somebody has gone elsewhere
  if (!event.canIntercept || event.formData || event.downloadRequest !== null || info === AS_EVER) return;
  const url = new URL(destination.url);
  if (info) event.intercept({ handler: () => show(info) });
  else if (navigationType === "traverse") goBack(event, url);
  else if (isPage(url) && !destination.sameDocument) {
    event.preventDefault();
    turn(url.href, navigationType);
  }
}

/** Wait for the page first, so that the address is never that of another one. */
async function turn(href, history) {
  const isHere = ahead.href === href && performance.now() - ahead.asked < PRESSED;
  const next = isHere ? ahead : askFor(href);
  ahead = {};
  wanted = next;
  const info = (await next.coming) ?? AS_EVER;
  if (wanted === next) navigation.navigate(href, { history, info });
}

/** Back, or forward, to a page of this document: as it was left, with what was ticked and opened. */
function goBack(event, { href, pathname, search }) {
  if (pathname + search === location.pathname + location.search) return; // only to another place in it
  const kept = left.get(event.destination.id);
  event.intercept({
    focusReset: kept ? "manual" : "after-transition",
    handler: async () => {
      const known = kept ?? (await askFor(href).coming);
      if (event.signal.aborted) return undefined;
      if (!known) return location.reload();
      show(known);
      return kept?.focused?.focus({ preventScroll: true });
    },
  });
}

function show(next) {
  keep(page);
  fillHead(headOf(document), next.head);
  root.dataset.kind = next.kind;
  if (next.offline === undefined) delete root.dataset.offline;
  else root.dataset.offline = next.offline;
  document.querySelectorAll(".nav a").forEach((link, i) => link.setAttribute("aria-current", next.current[i]));
  for (const link of document.querySelectorAll("a[data-switch=script]")) link.setAttribute("href", next.twin);
  page.frame.replaceWith(next.frame);
  page = settle(next);
  window.modes.arrive(true);
  dispatchEvent(new Event("newpage"));
  for (const src of next.scripts) import(src); // those that are here have heard
  announce(document.title);
}

/** Note where a page is. What was kept of it is old: ticks may be set in this one. */
function settle(shown) {
  for (const [entry, { path }] of left) if (path === location.pathname) left.delete(entry);
  return Object.assign(shown, { entry: navigation.currentEntry.id, path: location.pathname });
}

/** As it is, for going back. */
function keep(leaving) {
  leaving.focused = document.activeElement;
  left.set(leaving.entry, leaving);
  if (left.size > KEPT) left.delete(left.keys().next().value);
}

function headOf(of) {
  return [...of.head.children].filter((element) => !element.matches("script[src], [rel=stylesheet]"));
}

/** Leave alone what both pages have, so that nothing is loaded again. */
function fillHead(here, next) {
  const lack = (list) => (element) => !list.some((other) => other.isEqualNode(element));
  for (const element of here.filter(lack(next))) element.remove();
  document.head.append(...next.filter(lack(here)));
}
