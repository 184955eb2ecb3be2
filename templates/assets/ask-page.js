// /ask/: a conversation. What a question asks is understood in ask-engine.js, what is said to it
// comes from ask-answer.js. Nothing is stored; numbers of people are masked before they are shown.

import { composed, composedCase } from "./ask-answer.js";
import { masked } from "./ask-engine.js";
import { openAsking } from "./ask-index.js";
import { addressOf } from "./search-index.js";

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

/** Answer a question; `id` is the matter a person chose when it was not clear. */
async function ask(question, id) {
  const asked = masked(question);
  if (asked !== question && given.has("q")) history.replaceState(null, "", location.pathname);
  const asking = await openAsking().catch(() => null);
  if (!asking) return show(asked, { facet: "decline", doc: null, others: [] }, { say: "unready" });
  const answer = asking.understand(asked, about);
  const chosen = id && (asking.engine.find(`matters/${id}/`) ?? asking.engine.find(`packages/${id}/`));
  if (chosen) Object.assign(answer, { facet: answer.facet === "decline" ? (answer.asked ?? "process") : answer.facet, doc: chosen, others: [] });
  about = answer.doc ?? about;
  return show(asked, answer, await composed(answer));
}

/** Go on with a package where an answer to its question leads. */
async function choose(link, answer) {
  const told = await composedCase(link.href).catch(() => location.assign(link.href));
  if (told) show(link.textContent, { ...answer, others: [] }, told);
}

function show(question, answer, { say, values = {}, source, quote = [], address }) {
  const { facet, doc, others } = answer;
  const turn = words.querySelector("[data-turn]").cloneNode(true);
  const find = (name) => turn.querySelector(`[data-${name}]`);
  for (const element of [turn, log]) Object.assign(element.dataset, { facet, matter: idOf(doc) });
  find("question").textContent = question;
  find("said").append(sentence(say, values, doc));
  if (facet === "decline") find("said").append(words.querySelector("[data-complain]").cloneNode(true));
  find("text").append(...quote.map((node) => document.adoptNode(node)));
  for (const link of find("text").querySelectorAll("a[href]")) link.href = new URL(link.getAttribute("href"), address).href;
  for (const link of find("text").querySelectorAll(".answer")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      choose(link, answer);
    });
  }
  find("source").textContent = source?.title || (doc?.shown ?? "");
  find("source").href = source ? `${address.split("#")[0]}#${source.id}` : (address ?? "");
  if (!quote.length) find("quote").remove();
  find("others").append(...others.map((other) => candidate(question, other)));
  find("others-block").hidden = !others.length;
  finish(turn, doc, address);
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
  if (link && doc) Object.assign(link, { textContent: doc.shown, href: addressOf(doc) });
  return line;
}

function candidate(question, doc) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  const address = new URL(location.pathname, location.href);
  address.search = new URLSearchParams({ q: question, about: idOf(doc) });
  Object.assign(link, { href: address.href, textContent: doc.shown });
  link.addEventListener("click", (event) => {
    event.preventDefault();
    ask(question, idOf(doc));
  });
  item.append(link);
  return item;
}

/** The next step: the whole guide, an appointment, reading aloud. */
function finish(turn, doc, address) {
  const guide = turn.querySelector("[data-guide]");
  const book = turn.querySelector("[data-book]");
  const speak = turn.querySelector("[data-speak]");
  if (doc) guide.href = address;
  else guide.remove();
  if (doc?.facts) book.href = addressOf({ url: `appointments/?matter=${idOf(doc)}` });
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

/** The id of a matter or package; empty for other pages. */
function idOf(doc) {
  return doc?.facts || doc?.kind === "package" ? doc.url.split("/").at(-2) : "";
}
