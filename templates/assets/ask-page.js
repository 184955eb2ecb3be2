// /ask/: a conversation. What a question asks is understood in ask-engine.js; the answer is taken
// from the guide as published, so it can say nothing the guide does not say. Nothing is stored.

import { masked } from "./ask-engine.js";
import { openAsking } from "./ask-index.js";
import { addressOf } from "./search-index.js";
import { loadPage } from "./site-data.js";

/** Where a guide answers each facet: the section that is quoted. */
const SECTIONS = {
  materials: "materials",
  time: "steps",
  fee: "fees",
  where: "where",
  conditions: "conditions",
  process: "steps",
  waivable: "materials",
  online: "where",
  visits: "where",
  phone: "help",
  validity: "who",
  who: "who",
  legal_basis: "legal-basis",
};

const form = document.querySelector("[data-ask]");
const log = document.querySelector("#answer");
const words = document.querySelector("template[data-answer-words]").content;

let about = null; // the document the conversation is about

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const question = form.elements.q.value.trim();
  form.reset();
  if (question) ask(question);
});

const given = new URLSearchParams(location.search);
if (given.get("q")) ask(given.get("q"), given.get("about"));

async function ask(question, id) {
  const asked = masked(question);
  if (asked !== question && given.has("q")) history.replaceState(null, "", location.pathname);
  const asking = await openAsking();
  const answer = asking.understand(asked, about);
  const chosen = id && asking.engine.docs.find((doc) => doc.url.endsWith(`/${id}/`));
  if (chosen) Object.assign(answer, { facet: answer.facet === "decline" ? "process" : answer.facet, doc: chosen, others: [] });
  about = answer.doc ?? about;
  show(asked, answer, await composed(answer));
}

/** What is said and quoted: {say, values, source, quote}. */
async function composed({ facet, doc, others, why }) {
  if (facet === "decline") return { say: why };
  if (!doc) return { say: others.length ? "unsure" : "which" };
  try {
    const [url, place] = doc.url.split("#");
    const page = await loadPage(url);
    if (doc.kind === "package") return { say: "package", quote: packageQuestions(page) };
    if (!doc.facts) return { say: "page", ...quoted(page, place) };
    return { ...said(facet, page), ...quoted(page, SECTIONS[facet], facet) };
  } catch {
    return { say: "failed" };
  }
}

function said(facet, page) {
  const text = (selector) => page.querySelector(selector)?.textContent.replace(/\s+/g, " ").trim() ?? "";
  const count = (selector) => page.querySelectorAll(selector).length;
  const fact = (name) => text(`[data-fact="${name}"]`);
  const values = {
    materials: count("#materials [data-checklist] > li"),
    waivable: count("#materials .mark:not(.mark-calm)") - count("#materials .notice .mark"),
    conditions: count("#conditions li"),
    steps: count("#steps li"),
    days: text('[data-fact="days"] strong'),
    "days-note": text('[data-fact="days"] span'),
    visits: text('[data-fact="visits"] strong'),
    "visits-note": text('[data-fact="visits"] span'),
    fee: text("#fees p"),
    hall: fact("hall"),
    townships: fact("townships"),
    online: fact("online"),
    phone: text("#help .phone"),
    who: fact("who"),
    department: fact("department"),
    result: fact("result"),
    validity: fact("validity"),
  };
  const special = {
    materials: values.waivable > 0 && "materials-waivable",
    where: values.townships && "where-townships",
    waivable: values.waivable === 0 && "waivable-none",
    online: !values.online && "online-none",
  };
  return { say: special[facet] || facet, values };
}

/** A section of the guide without its heading, boxes and buttons. */
function quoted(page, id, facet) {
  const section = page.getElementById(id);
  if (!section) return {};
  const quote = section.cloneNode(true);
  const source = { id, title: quote.querySelector("h2, h3")?.textContent ?? "" };
  for (const element of quote.querySelectorAll("h2, script, template, input, select, button, [hidden], .no-print, .notice")) element.remove();
  if (facet === "waivable") {
    const all = [...quote.querySelectorAll("[data-checklist] > li")];
    const waivable = all.filter((li) => li.querySelector(".mark:not(.mark-calm)"));
    if (waivable.length) for (const li of all) if (!waivable.includes(li)) li.remove();
  }
  for (const label of quote.querySelectorAll("label")) label.replaceWith(...label.childNodes);
  for (const heading of quote.querySelectorAll("h3, h4")) {
    const strong = Object.assign(document.createElement("strong"), { textContent: heading.textContent });
    heading.replaceWith(strong);
  }
  for (const element of quote.querySelectorAll("[id], [data-checklist]")) {
    element.removeAttribute("id");
    element.removeAttribute("data-checklist");
  }
  return { source, quote: [...quote.childNodes] };
}

function packageQuestions(page) {
  return [...page.querySelectorAll("#questions fieldset")].map((fieldset) => {
    const line = document.createElement("p");
    const question = Object.assign(document.createElement("strong"), { textContent: fieldset.querySelector("legend").textContent });
    const options = [...fieldset.querySelectorAll("label > span")].map((option) => option.firstChild.textContent.trim());
    line.append(question, document.createElement("br"), options.join("　"));
    return line;
  });
}

function show(question, { facet, doc, others }, { say, values = {}, source, quote }) {
  const turn = words.querySelector("[data-turn]").cloneNode(true);
  const find = (name) => turn.querySelector(`[data-${name}]`);
  const id = doc?.facts || doc?.kind === "package" ? doc.url.split("/").at(-2) : "";
  for (const element of [turn, log]) Object.assign(element.dataset, { facet, matter: id });
  find("question").textContent = question;
  find("said").append(sentence(say, values, doc));
  if (facet === "decline") find("said").append(words.querySelector("[data-complain]").cloneNode(true));
  if (quote?.length) {
    find("text").append(...quote.map((node) => document.adoptNode(node)));
    absolute(find("text"), doc);
    find("source").textContent = source?.title || titleOf(doc);
    find("source").href = `${addressOf(doc).split("#")[0]}${source ? `#${source.id}` : ""}`;
  } else find("quote").remove();
  find("others").append(...others.map((other) => candidate(question, other)));
  find("others-block").hidden = !others.length;
  finish(turn, doc);
  log.append(turn);
  turn.scrollIntoView({ block: "nearest" });
}

function sentence(say, values, doc) {
  const line = words.querySelector(`[data-say="${say}"]`).cloneNode(true);
  line.removeAttribute("data-say");
  for (const node of line.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) node.data = node.data.replace(/\{([\w-]+)\}/g, (_, name) => values[name] ?? "");
  }
  const link = line.querySelector("[data-matter-link]");
  if (link && doc) Object.assign(link, { textContent: titleOf(doc), href: addressOf(doc) });
  return line;
}

function candidate(question, doc) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  const address = new URL(location.pathname, location.href);
  address.search = new URLSearchParams({ q: question, about: doc.url.split("/").at(-2) });
  Object.assign(link, { href: address.href, textContent: titleOf(doc) });
  link.addEventListener("click", (event) => {
    event.preventDefault();
    ask(question, doc.url.split("/").at(-2));
  });
  item.append(link);
  return item;
}

function finish(turn, doc) {
  const guide = turn.querySelector("[data-guide]");
  const book = turn.querySelector("[data-book]");
  const speak = turn.querySelector("[data-speak]");
  if (doc) guide.href = addressOf(doc);
  else guide.remove();
  if (doc?.facts) book.href = new URL(`../../appointments/?matter=${doc.url.split("/").at(-2)}`, addressOf(doc)).href;
  else book.remove();
  if ("speechSynthesis" in window) speak.addEventListener("click", () => readAloud(turn));
  else speak.remove();
}

function readAloud(turn) {
  const voice = new SpeechSynthesisUtterance(turn.innerText.replace(turn.querySelector("[data-next]").innerText, ""));
  voice.lang = "zh-CN";
  speechSynthesis.cancel();
  speechSynthesis.speak(voice);
}

function titleOf(doc) {
  return doc.shown?.get(doc.title) ?? doc.title;
}

/** Links of a quoted section were written for its own page. */
function absolute(element, doc) {
  for (const link of element.querySelectorAll("a[href]")) link.href = new URL(link.getAttribute("href"), addressOf(doc)).href;
}
