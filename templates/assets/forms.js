// The forms of this site, made kinder: drafts, check-your-answers, sending without a network.
// Without this script they post to the API and work as they are.

import { askForSync, root, store } from "./outbox.js";
import { after, deliver, post } from "./outbox-send.js";
import { answersOf, bodyOf, conditions, fill, summaryOf, valuesOf } from "./forms-fields.js";
import { showErrors, wrongAnswers } from "./forms-errors.js";
import { offerFreeSlots } from "./forms-slots.js";
import { part, show, words } from "./forms-parts.js";

const form = document.querySelector("form[data-form]");
const kind = form.dataset.form;
const address = new URLSearchParams(location.search);
const AUTOSAVE = 400;

let id = newId();
let edited; // the item that is being changed, when people come from the outbox
let shared; // the box to tick on shared computers
let draftLine;
let timer;

start();

async function start() {
  form.noValidate = true;
  form.addEventListener("submit", review); // before anything is waited for: people may be quick
  shared = addSharedBox();
  fill(form, Object.fromEntries(address));
  await restore().catch(() => {});
  conditions(form);
  offerFreeSlots(form, root, words);
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(save, AUTOSAVE);
  });
  addEventListener("pagehide", save);
}

// Drafts

async function restore() {
  edited = address.get("edit") && (await hold(address.get("edit")));
  const draft = edited ?? (await store.draft(kind));
  if (!draft) return;
  id = draft.id;
  fill(form, draft.values);
  if (!edited) tellDraft(words.restored);
  else if (edited.problem?.errors) showErrors(form, pairs(edited.problem.errors));
}

/** Take an item out of the queue's hands while it is being changed. */
async function hold(itemId) {
  return store.alone(async () => {
    const item = await store.get(itemId);
    const free = item && item.kind === kind && item.state !== "delivered" && !item.uncertain;
    return free ? store.keep({ ...item, state: "editing" }) : undefined;
  });
}

async function save() {
  if (shared.checked || edited || form.hidden) return;
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

function addSharedBox() {
  const box = part("shared");
  form.querySelector(".actions").before(box);
  const input = box.querySelector("input");
  input.addEventListener("change", () => input.checked && store.removeDraft(kind).then(() => (draftLine.hidden = true)).catch(() => {}));
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
  const result = await (shared.checked ? sendUnkept(item) : sendKept(item));
  section.remove();
  tell(result);
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

/** Safe on the device first; then over the network, if there is one. */
async function sendKept(item) {
  try {
    await store.keep(item, edited ? undefined : kind);
  } catch {
    return sendUnkept(item); // no room, or a private window
  }
  const sent = await store.alone(async () => {
    const now = await store.get(item.id);
    return now?.state === "waiting" ? deliver(store, root, now) : now;
  });
  if (sent.state === "waiting") await askForSync().catch(() => {});
  return sent;
}

/** Nothing stays on this device: not what was written, and not the receipt. */
async function sendUnkept(item) {
  const result = after(item, await post(root, item), Date.now());
  return result.state === "waiting" ? { ...result, state: "unsent" } : result;
}

function tell(item) {
  if (item.state === "delivered" || item.state === "waiting") {
    showReceipt(item);
    return;
  }
  form.hidden = false;
  if (item.state === "unsent") {
    form.before(part("unsent"));
    document.querySelector(".error-summary").focus();
    return;
  }
  const { errors = [], detail } = item.problem;
  showErrors(form, errors.length ? pairs(errors) : [["", detail]]);
}

/** The API's errors as pairs of field name and sentence. */
function pairs(errors) {
  return errors.map(({ pointer, message }) => [pointer.slice(1), message]);
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
