// What is said and quoted in answer to a question. All of it is taken from the page as published,
// in its script: this can say nothing the page does not say.

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

/**
 * What to say to an answer of ask-engine.js: {say, values, quote, source, address}. `say` names the
 * sentence, `quote` are nodes of the page at `address`, `source` the section they are from.
 */
export async function composed({ facet, doc, others, why }) {
  if (facet === "decline") return { say: why };
  if (!doc) return { say: others.length ? "unsure" : "which" };
  const address = addressOf(doc);
  try {
    const page = await loadPage(doc.url.split("#")[0]);
    if (doc.kind === "package") return { say: "package", address, quote: question(page) };
    if (!doc.facts) return { say: "page", address, ...quoted(page, doc.url.split("#")[1]) };
    return { ...said(facet, page), address, ...quoted(page, SECTIONS[facet], facet) };
  } catch {
    return { say: doc.facts ? "failed" : "page", address };
  }
}

/** The same after an answer to a package's question was chosen: the next question, or the list. */
export async function composedCase(address) {
  const page = await loadPage(address.replace(/index\.html$/, ""));
  const quote = question(page);
  if (quote.length) return { say: "package-next", address, quote };
  const count = (name) => page.querySelector(`[data-out="${name}"]`).textContent;
  const values = { matters: count("matters"), materials: count("materials"), days: count("days") };
  return { say: "package-done", values, address, ...quoted(page, "matters") };
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
    "visits-note": text('[data-fact="visits"] span').replace(/。$/, ""),
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

/** A section of a page without its heading, boxes and buttons. */
function quoted(page, id, facet) {
  const section = page.getElementById(id);
  if (!section) return {};
  const quote = section.cloneNode(true);
  const source = { id, title: quote.querySelector("h2, h3")?.textContent ?? "" };
  for (const element of quote.querySelectorAll("h2, script, template, input, select, button, [hidden], .no-print, .notice")) element.remove();
  if (facet === "waivable") keepWaivable(quote);
  for (const label of quote.querySelectorAll("label")) label.replaceWith(...label.childNodes);
  for (const heading of quote.querySelectorAll("h3, h4")) heading.replaceWith(strong(heading.textContent, heading.childNodes));
  for (const element of quote.querySelectorAll("[id], [data-checklist], [data-matter]")) {
    for (const name of ["id", "data-checklist", "data-matter"]) element.removeAttribute(name);
  }
  return { source, quote: [...quote.childNodes] };
}

/** Of a list of materials leave those that may follow later, if there are any. */
function keepWaivable(quote) {
  const all = [...quote.querySelectorAll("[data-checklist] > li")];
  const waivable = all.filter((li) => li.querySelector(".mark:not(.mark-calm)"));
  if (waivable.length) for (const li of all) if (!waivable.includes(li)) li.remove();
}

/** The question a page of a package asks next; each answer is a link to the page of that case. */
function question(page) {
  const answers = page.querySelector("#questions .answers");
  if (!answers) return [];
  const asked = answers.previousElementSibling.textContent.replace(/^.+?：/, "");
  return [strong(asked), answers.cloneNode(true)];
}

function strong(text, nodes = [text]) {
  const element = document.createElement("strong");
  element.append(...nodes);
  return element;
}
