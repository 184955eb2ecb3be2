// /search/?q=…: all hits, best first, narrowed by facets. What is typed is searched at once and
// kept in the address, so that a result can be bookmarked, shared and gone back to.

import { addressOf, openSearch, writeMarked } from "./search-index.js";

const SHOWN = 30;

const form = document.querySelector("[data-search-page]");
const input = form.elements.q;
const results = document.querySelector("#search-results");
const status = document.querySelector("[data-search-status]");
const words = document.querySelector("template[data-hit-words]");
const facets = form.querySelector("[data-facets]");

restore();
form.addEventListener("submit", (event) => {
  event.preventDefault();
  show();
});
form.addEventListener("input", () => show());
show();

function restore() {
  for (const [name, value] of new URLSearchParams(location.search)) {
    for (const field of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      if (field.type === "checkbox") field.checked ||= field.value === value;
      else field.value = value;
    }
  }
}

async function show() {
  const query = input.value.trim();
  remember();
  facets.hidden = !query;
  if (!query) return write(status.dataset.empty, []);
  const engine = await openSearch(show).catch(() => null);
  if (!engine) return write(status.dataset.failed, []);
  if (query !== input.value.trim()) return undefined;
  const hits = engine.search(query, { limit: SHOWN, accept: accepted(engine) });
  const said = hits.length ? status.dataset.some.replace("{n}", hits.length) : status.dataset.none;
  return write(said, hits.map((hit) => item(engine, hit, query)));
}

function remember() {
  const fields = [...new FormData(form)].filter(([, value]) => value);
  const address = new URL(location.href);
  address.search = new URLSearchParams(fields);
  if (address.href !== location.href) history.replaceState(null, "", address);
}

/** Facets hold for matters; with one chosen, other pages are left out. */
function accepted(engine) {
  const chosen = new FormData(form);
  const theme = chosen.get("theme");
  const audience = chosen.get("audience");
  const only = chosen.getAll("only");
  if (!theme && !audience && !only.length) return undefined;
  return ({ facts }) =>
    Boolean(facts) &&
    (!theme || engine.themes[facts.theme] === theme) &&
    (!audience || facts.audiences & (1 << engine.audiences.indexOf(audience))) &&
    only.every((name) => (name === "no_visit" ? facts.visits === 0 : facts[name]));
}

function write(text, items) {
  status.textContent = text;
  results.replaceChildren(...items);
  return undefined;
}

function item(engine, { doc, title, matched }, query) {
  const entry = words.content.querySelector("[data-hit]").cloneNode(true);
  const find = (name) => entry.querySelector(`[data-${name}]`);
  find("title").href = addressOf(doc);
  writeMarked(find("title"), title, engine.marks(title, query));
  find("kind").textContent = results.dataset[doc.kind] || "";
  if (matched && matched !== title) writeMarked(find("phrase"), matched, engine.marks(matched, query));
  find("match").hidden = !matched || matched === title;
  find("facts").hidden = !doc.facts;
  if (doc.facts) {
    find("days").textContent = doc.facts.days || "";
    find("in-days").hidden = !doc.facts.days;
    find("on-the-spot").hidden = doc.facts.days > 0;
    find("visits").textContent = doc.facts.visits;
    for (const flag of ["online", "waivable", "devolved"]) find(flag).hidden = !doc.facts[flag];
  }
  return entry;
}
