// The forms of this site, made kinder: drafts, check-your-answers, sending without a network.
// Without this script they post to the API and work as they are.

import { askForSync, root, store } from "./outbox.js";
import { attempt, deliver } from "./outbox-send.js";
import { answersOf, bodyOf, conditions, fill, summaryOf, valuesOf } from "./forms-fields.js";
import { showErrors, wrongAnswers } from "./forms-errors.js";
import { offerFreeSlots, offerInstead } from "./forms-slots.js";
import { part, show, words, wrongs } from "./forms-parts.js";

const form = document.querySelector("form[data-form]");
const kind = form.dataset.form;
const address = new URLSearchParams(location.search);
const REFUSED = ["correct", "full", "refused"];
const AUTOSAVE = 400;
const PATIENCE = 8_000; // milliseconds until people get a receipt, however slow the network is
const outbox = new URL(document.documentElement.lang === "zh-Hant" ? "hant/outbox/" : "outbox/", root);

const typed = new Set(); // the fields somebody wrote in before the device had found what it kept

let id = newId();
let edited; // the item that is being changed, when people come from the outbox
let shared; // the box to tick on shared computers
let draftLine;
let timer;

start();

async function start() {
  form.noValidate = true;
  form.addEventListener("submit", review); // before anything is waited for: people may be quick
  form.addEventListener("input", ({ target }) => typed.add(target.name));
  shared = addSharedBox();
  fill(form, Object.fromEntries(address));
  await restore().catch(() => {});
  conditions(form);
  offerFreeSlots(form, root, words);
  for (const sign of ["input", "change"]) form.addEventListener(sign, saveSoon);
  addEventListener("pagehide", save);
  if (form.querySelector('[data-type="named"]')) import("./forms-named.js").then(({ suggestNames }) => suggestNames(form));
}

// Drafts

async function restore() {
  if (address.has("edit")) return edit(await hold(address.get("edit")));
  const draft = await store.draft(kind);
  if (!draft) return;
  id = draft.id;
  bringBack(draft.values);
  tellDraft(words.restored);
}

function edit(item) {
  if (!item) return location.replace(outbox); // it is being sent, or gone: the outbox tells which
  goOn(item);
  bringBack(item.draft ?? item.values);
  if (REFUSED.includes(item.state)) tellProblem(item.problem);
}

/** The next thing sent is this item, changed; with another id where the API has this one for something else. */
function goOn(item) {
  edited = item;
  id = item.problem?.type === "key-reused" ? newId() : item.id;
}

/** What was kept comes back, but never over what somebody has just typed. */
function bringBack(values) {
  fill(form, Object.fromEntries(Object.entries(values).filter(([name]) => !typed.has(name))));
}

/** Take an item out of the queue's hands while it is being changed; return it as it was. */
async function hold(itemId) {
  return store.alone(async () => {
    const item = await store.get(itemId);
    const free = item && item.kind === kind && item.state !== "delivered" && !item.uncertain;
    if (!free) return undefined;
    await store.keep({ ...item, state: "editing" });
    return item;
  });
}

function saveSoon() {
  clearTimeout(timer);
  timer = setTimeout(save, AUTOSAVE);
}

async function save() {
  if (shared.checked || form.hidden) return;
  if (edited) return store.keepChange(edited.id, answersOf(form)).catch(() => {});
  const values = answersOf(form, { personal: false });
  if (Object.keys(values).length === 0) return;
  await store.keepDraft(kind, { id, values }).then(() => tellDraft(words.draft), () => {});
}

function tellDraft(text) {
  if (!draftLine) {
    draftLine = part("draft");
    draftLine.querySelector("[data-action=forget]").addEventListener("click", forget);
    form.before(draftLine);
  }
  const place = draftLine.querySelector("[data-saved]");
  if (place.textContent !== text) place.textContent = text;
  draftLine.hidden = false;
}

async function forget() {
  await store.removeDraft(kind);
  form.reset();
  conditions(form);
  draftLine.hidden = true;
  id = newId();
  form.querySelector("input:not([type=hidden]), select, textarea").focus();
}

/** On a terminal of the hall (data-kiosk) nobody has to tick it. */
function addSharedBox() {
  const box = part("shared");
  form.querySelector(".actions").before(box);
  const input = box.querySelector("input");
  box.hidden = input.checked = "kiosk" in document.documentElement.dataset;
  input.addEventListener("change", () => {
    form.autocomplete = input.checked ? "off" : "on";
    if (input.checked) store.removeDraft(kind).then(() => draftLine && (draftLine.hidden = true)).catch(() => {});
  });
  return input;
}

// Check, then send

function review(event) {
  event.preventDefault();
  if (!showErrors(form, wrongAnswers(form, words))) return;
  const section = show("review", form);
  section.querySelector("dl").replaceChildren(...summaryOf(form, words).map(row));
  section.querySelector("[data-action=back]").addEventListener("click", () => backToForm(section));
  section.querySelector("[data-action=send]").addEventListener("click", ({ target }) => send(section, target));
}

function backToForm(section) {
  section.remove();
  form.hidden = false;
  form.querySelector("button[type=submit]").focus();
}

async function send(section, button) {
  button.disabled = true;
  button.textContent = words.sending;
  clearTimeout(timer);
  const item = await itemOf();
  const kept = !shared.checked && (await keep(item));
  const sending = kept ? sendKept(item) : sendUnkept(item);
  const first = kept ? await Promise.race([sending, receiptAtOnce(item)]) : await sending;
  section.remove();
  tell(first);
}

/** Whoever waits longer gets the device's own receipt; the item is safe and goes on being sent. */
function receiptAtOnce(item) {
  return new Promise((done) => setTimeout(done, PATIENCE, item));
}

async function itemOf() {
  return {
    id,
    kind,
    action: new URL(form.action).pathname.slice(root.pathname.length),
    page: location.pathname,
    status: new URL("status/", location.href.split("?")[0]).pathname,
    title: document.querySelector("h1").textContent,
    script: document.documentElement.lang,
    created: Date.now(),
    state: "waiting",
    values: answersOf(form),
    summary: summaryOf(form, words),
    body: await bodyOf(form),
  };
}

/** Put an item into the outbox; false when there is no room, or in some private windows. */
async function keep(item) {
  try {
    await (edited ? store.replace(edited.id, item) : store.add(item, kind));
    return true;
  } catch (error) {
    if (error.name !== "ConstraintError") return false;
    id = item.id = newId(); // another tab sent this draft or item: this is a second submission
    return keep(item);
  }
}

async function sendKept(item) {
  const sent = await store
    .alone(async () => {
      const now = await store.get(item.id);
      if (now && now.state !== "waiting") return now;
      // The browser may have just forgotten everything: before we looked, or while we ask.
      return (now && (await deliver(store, root, now))) ?? sendUnkept(item);
    })
    .catch(() => item);
  if (sent.state === "waiting") {
    await askForSync().catch(() => {});
    await navigator.storage?.persist?.();
  }
  return sent;
}

/** Nothing stays on this device: not what was written, and not the receipt. */
async function sendUnkept(item) {
  const sent = await attempt(root, item);
  if (sent.state === "delivered") await (edited ? store.replace(edited.id) : store.removeDraft(kind)).catch(() => {});
  if (sent.state !== "waiting") return sent;
  return { ...sent, state: sent.uncertain ? "unsure" : "unsent" };
}

function tell(item) {
  switch (item.state) {
    case "delivered":
      return showReceipt(item);
    case "editing": // another tab has taken it up: it is kept, and not sent
    case "waiting":
      store.onChange(() => replaceReceipt(item.id));
      return showReceipt({ ...item, state: "waiting" });
    case "unsure":
      return askToSendAgain(item);
    case "unsent":
      return tellUnsent(item);
    default:
      goOn(item);
      form.hidden = false;
      return tellProblem(item.problem);
  }
}

/** What was sent meanwhile, by whichever tab, is told here, too. */
async function replaceReceipt(itemId) {
  const panel = document.querySelector("[data-waiting]");
  const item = panel && (await store.get(itemId));
  if (!item || !panel.isConnected || ["waiting", "editing"].includes(item.state)) return;
  panel.remove();
  tell(item);
}

/** Only the same again brings certainty, so the form stays away until then. */
function askToSendAgain(item) {
  const section = show("unsure", form);
  section.querySelector("button").addEventListener("click", async ({ target }) => {
    target.disabled = true;
    const sent = await sendUnkept(item);
    section.remove();
    tell(sent);
  });
}

function tellUnsent({ problem }) {
  form.hidden = false;
  const summary = part("unsent");
  if (problem.detail) summary.querySelector("[data-why]").textContent = problem.detail;
  form.before(summary);
  summary.focus();
}

function tellProblem(problem) {
  showErrors(form, wrongs(problem));
  offerInstead(form, problem.alternatives);
}

async function showReceipt(item) {
  const section = show(item.state, form);
  for (const [name, text] of Object.entries(valuesOf(item))) {
    for (const place of section.querySelectorAll(`[data-fill="${name}"]`)) place.textContent = text;
  }
  for (const element of section.querySelectorAll("[data-kind]")) {
    element.hidden = !element.dataset.kind.split(" ").includes(item.kind);
  }
  section.querySelector("[data-print]").addEventListener("click", () => print());
  const kept = section.querySelector("[data-kept]");
  if (kept) kept.hidden = !(await isKept(item.id));
  kept?.querySelector("button").addEventListener("click", async () => {
    await store.remove(item.id);
    kept.remove();
  });
  if (draftLine) draftLine.hidden = true;
}

async function isKept(itemId) {
  return Boolean(await store.get(itemId).catch(() => undefined));
}

function row({ label, value }) {
  const [group, term, detail] = ["div", "dt", "dd"].map((name) => document.createElement(name));
  term.textContent = label;
  detail.textContent = value;
  group.append(term, detail);
  return group;
}

function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // plain http, as in an office network
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
