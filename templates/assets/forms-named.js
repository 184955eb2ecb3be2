// A matter people name, where a site has too many to list them: suggestions while they type, the same
// as search has. What is chosen is sent as its id. What nobody could look up here is sent as it was
// written; the API knows names, too, and asks back when they are not clear (form_api/matters.py).

import { inputsOf } from "./forms-fields.js";
import { openSearch } from "./search-index.js";
import { Suggestions } from "./search.js";
import { loadPage } from "./site-data.js";

const ID = /^[\w-]+$/;

export function suggestNames(form) {
  for (const field of form.querySelectorAll('[data-type="named"]')) new Named(form, field);
}

class Named {
  constructor(form, field) {
    this.field = field;
    [this.input] = inputsOf(field);
    this.suggestions = new Suggestions(field, this.input, ({ doc }) => this.choose(idOf(doc), doc.shown), isMatter);
    this.suggestions.status.dataset.none = field.dataset.none;
    delete this.suggestions.list.dataset.matter; // nothing else is suggested here
    this.input.addEventListener("input", () => this.forget());
    this.input.addEventListener("change", () => this.recognise().catch(() => {}));
    form.addEventListener("reset", () => this.forget());
    this.greet().catch(() => {});
  }

  /** What was here before this script: an id from a link or a draft, or words somebody wrote and left. */
  async greet() {
    await this.showName(this.input.value);
    if (document.activeElement !== this.input) await this.recognise();
  }

  /** What forms-fields.js sends, instead of what is written; and what forms-errors.js objects to. */
  forget() {
    delete this.field.dataset.chosen;
    delete this.field.dataset.unknown;
  }

  set(id, name) {
    this.forget();
    this.field.dataset.chosen = id;
    this.input.value = name;
  }

  choose(id, name) {
    this.set(id, name);
    this.suggestions.close();
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** Whoever writes a whole name, or an id, need not choose it. */
  async recognise() {
    const written = this.input.value.trim();
    if (!written || this.field.dataset.chosen) return;
    const engine = await allNames();
    if (written !== this.input.value.trim() || this.field.dataset.chosen) return;
    const found = engine.find(`matters/${written}/`) ?? called(engine, written);
    if (found) this.choose(idOf(found), found.shown);
    else this.field.dataset.unknown = "";
  }

  /** Links and drafts bring ids, which tell people nothing. */
  async showName(id) {
    if (!ID.test(id)) return;
    const name = await nameOf(id);
    if (name && this.input.value === id) this.set(id, name);
  }
}

async function nameOf(id) {
  const guide = await loadPage(`matters/${id}/`).catch(() => undefined); // less to load than all names
  const heading = guide?.querySelector(`[data-matter="${id}"] h1`);
  return heading ? heading.textContent : (await allNames()).find(`matters/${id}/`)?.shown;
}

async function allNames() {
  const engine = await openSearch();
  await engine.named;
  return engine;
}

/** The one matter with this name, or else with this other name; of several nobody knows which. */
function called(engine, written) {
  const plain = (text) => engine.reader.fold(text).replaceAll(" ", "");
  const is = (name) => plain(name) === plain(written);
  const docs = engine.search(written, { accept: isMatter, plain: true }).map(({ doc }) => doc);
  const others = docs.filter(({ names }) => names.some(is));
  return docs.find(({ title }) => is(title)) ?? (others.length === 1 ? others[0] : undefined);
}

function isMatter({ kind }) {
  return kind === "matter";
}

function idOf({ url }) {
  return url.split("/")[1];
}
