// The page /outbox/: what waits, the truth about each item, and what can be done with it.

import { beijing, provisional, valuesOf } from "./forms-fields.js";
import { part, words, wrongs } from "./forms-parts.js";
import { root, sendNow, store } from "./outbox.js";

const main = document.querySelector("main");
const list = main.querySelector("[data-items]");
const status = main.querySelector("[data-status]");

const ACTIONS = { print: printOne, remove, resume, save };

store.onChange(draw);
addEventListener("online", draw);
addEventListener("offline", draw);
main.querySelector("[data-action=send]").addEventListener("click", send);
main.querySelector("[data-action=clear]").addEventListener("click", clear);
draw();

async function send() {
  say(words.sending);
  const left = await sendNow();
  say(left ? words.left.replace("{count}", left) : words.nothing);
}

async function clear() {
  const seen = await store.all();
  if (!confirm(words.clear)) return;
  for (const item of seen) await changeUnlessSent(item, () => store.remove(item.id));
  if ((await store.all()).length === 0) say(words.nothing);
}

async function draw() {
  const items = await store.all().catch(() => []);
  const open = new Set([...list.querySelectorAll("details[open]")].map((d) => d.closest("li").dataset.id));
  const focused = list.contains(document.activeElement) && document.activeElement.closest("li").dataset.id;
  list.replaceChildren(...items.reverse().map(drawItem));
  for (const entry of list.children) {
    const details = entry.querySelector("details");
    if (details && open.has(entry.dataset.id)) details.open = true;
    if (entry.dataset.id === focused) entry.querySelector(".actions :not([hidden])").focus();
  }
  main.querySelector("[data-empty]").hidden = items.length > 0;
  main.querySelector("[data-tools]").hidden = items.length === 0;
  const waiting = items.some((item) => item.state === "waiting");
  main.querySelector("[data-action=send]").hidden = !waiting;
}

function drawItem(item) {
  const entry = part("item");
  const truth = stateOf(item);
  entry.dataset.id = item.id;
  entry.dataset.truth = truth;
  for (const block of entry.querySelectorAll("[data-state]")) block.hidden = block.dataset.state !== truth;
  for (const element of entry.querySelectorAll("[data-only]")) {
    element.hidden = !element.dataset.only.split(" ").includes(truth);
  }
  for (const element of entry.querySelectorAll("[data-kind]")) {
    element.hidden ||= !element.dataset.kind.split(" ").includes(item.kind);
  }
  for (const when of entry.querySelectorAll("[data-when]")) {
    when.hidden = (when.dataset.when === "online") !== navigator.onLine;
  }
  fillItem(entry, item);
  for (const button of entry.querySelectorAll("button[data-action]")) {
    button.addEventListener("click", () => ACTIONS[button.dataset.action](item, entry));
  }
  return entry;
}

/** The state as a person should hear it. */
function stateOf(item) {
  if (item.state !== "waiting") return item.state;
  if (item.uncertain) return "uncertain";
  return item.notBefore > Date.now() ? "later" : "waiting";
}

function fillItem(entry, item) {
  const texts = {
    title: item.title,
    label: item.receipt?.number ?? provisional(item.id),
    created: beijing(item.created),
    detail: item.problem?.detail ?? "",
    retry: item.retryAt ? beijing(item.retryAt) : "",
    ...valuesOf(item),
  };
  for (const [name, text] of Object.entries(texts)) {
    for (const place of entry.querySelectorAll(`[data-fill="${name}"]`)) place.textContent = text;
  }
  listInto(entry.querySelector("[data-errors]"), wrongs(item.problem ?? {}).map(([, message]) => message));
  const free = item.problem?.alternatives ?? [];
  listInto(entry.querySelector("[data-alternatives]"), free.map(({ date, slot }) => `${date} ${slot}`));
  entry.querySelector("[data-summary]").append(...(item.summary ?? []).map(row));
  entry.querySelector("[data-link=edit]").href = `${item.page}?edit=${item.id}`;
  entry.querySelector("[data-link=status]").href = item.status ?? root.href;
}

function listInto(element, texts) {
  element.append(...texts.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
}

function row({ label, value }) {
  const [group, term, detail] = ["div", "dt", "dd"].map((name) => document.createElement(name));
  term.textContent = label;
  detail.textContent = value;
  group.append(term, detail);
  return group;
}

async function remove(item) {
  if (!confirm(item.state === "delivered" ? words.removeReceipt : words.remove)) return;
  await changeUnlessSent(item, () => store.remove(item.id));
}

async function resume(item) {
  await changeUnlessSent(item, (now) => store.keep({ ...now, state: "waiting", retryAt: 0 }));
  await send();
}

/** Change an item, unless it was sent since people saw it, or a sending began whose end nobody knows. */
async function changeUnlessSent(item, change) {
  await store.alone(async () => {
    const now = await store.get(item.id);
    if (!now) return;
    if (now.uncertain) say(words.uncertain);
    else if (now.state === "delivered" && item.state !== "delivered") say(words.sent);
    else await change(now);
  });
}

function save(item, entry) {
  const lines = [item.title, item.receipt?.number ?? provisional(item.id), beijing(item.created), ""];
  for (const group of entry.querySelectorAll("dl > div")) {
    if (group.closest("[data-state][hidden], details[hidden]") || group.hidden) continue;
    lines.push(`${group.querySelector("dt").textContent}：${group.querySelector("dd").textContent}`);
  }
  const file = new Blob([`\ufeff${lines.join("\r\n")}\r\n`], { type: "text/plain" });
  const url = URL.createObjectURL(file);
  Object.assign(document.createElement("a"), { href: url, download: `${lines[1]}.txt` }).click();
  URL.revokeObjectURL(url);
}

function printOne(item, entry) {
  const others = [...list.children].filter((other) => other !== entry && !other.hidden);
  const details = entry.querySelector("details");
  const wasOpen = details.open;
  details.open = true;
  others.forEach((other) => (other.hidden = true));
  print();
  others.forEach((other) => (other.hidden = false));
  details.open = wasOpen;
}

function say(text) {
  status.textContent = text;
}
