// Suggestions under a box, as the ARIA pattern for comboboxes has them. Every page: under the search
// boxes; without this script such a box is a plain form that leads to /search/.

import { addressOf, openSearch, writeMarked } from "./search-index.js";

const SHOWN = 7;
const words = document.querySelector("template[data-search-words]");

export class Suggestions {
  /** Below `input`, inside `box`; `take` is called with the hit that was chosen. */
  constructor(box, input, take, accept) {
    Object.assign(this, { input, take, accept });
    this.hits = [];
    this.list = words.content.querySelector("[role=listbox]").cloneNode(true);
    this.status = words.content.querySelector("[role=status]").cloneNode(true);
    this.list.id = `${this.input.id}-list`;
    this.list.replaceChildren();
    this.active = -1;
    this.wanted = document.activeElement === input; // who wrote before this script was there
    box.classList.add("has-suggestions");
    box.append(this.list, this.status);
    for (const [name, value] of Object.entries({
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": this.list.id,
    })) this.input.setAttribute(name, value);
    const heard = () => this.wanted && this.active < 0 && this.show(); // nobody who has chosen, or is choosing, is disturbed
    const prepare = () => openSearch(heard).catch(() => {});
    for (const sign of ["pointerenter", "pointerdown", "focus"]) { // of somebody about to type
      this.input.addEventListener(sign, prepare, { once: true });
    }
    this.input.addEventListener("input", () => this.show());
    if (this.wanted) prepare().then(heard);
    this.input.addEventListener("keydown", (event) => this.press(event));
    this.input.addEventListener("blur", () => this.close());
    this.list.addEventListener("pointerdown", (event) => event.preventDefault()); // the box keeps the focus
    this.list.addEventListener("click", ({ target }) => this.choose([...this.list.children].indexOf(target.closest("[role=option]"))));
  }

  async show() {
    const query = this.input.value.trim();
    if (!query || document.activeElement !== this.input) return this.close();
    this.wanted = true;
    const engine = await openSearch();
    if (!this.wanted || query !== this.input.value.trim()) return undefined; // closed, or typed on, meanwhile
    this.hits = engine.search(query, { limit: SHOWN, accept: this.accept });
    const found = this.hits.length;
    this.list.replaceChildren(...this.hits.map((hit, i) => this.option(engine, hit, query, i)));
    this.status.textContent = found ? this.status.dataset.some.replace("{n}", found) : this.status.dataset.none;
    this.activate(-1);
    this.expand(found > 0);
    return undefined;
  }

  option(engine, { doc, title }, query, i) {
    const option = words.content.querySelector("[role=option]").cloneNode(true);
    option.id = `${this.list.id}-${i}`;
    writeMarked(option.querySelector("[data-title]"), title, engine.marks(title, query));
    option.querySelector("[data-kind]").textContent = this.list.dataset[doc.kind] || "";
    return option;
  }

  press(event) {
    const last = this.list.children.length - 1;
    const closed = this.list.hidden;
    if (event.isComposing) return; // an input method is using the keys
    if (event.key === "ArrowDown" && closed) this.show();
    else if (event.key === "ArrowDown" && !closed) this.activate(this.active < last ? this.active + 1 : -1);
    else if (event.key === "ArrowUp" && !closed) this.activate(this.active < 0 ? last : this.active - 1);
    else if (event.key === "Home" && this.active >= 0) this.activate(0);
    else if (event.key === "End" && this.active >= 0) this.activate(last);
    else if (event.key === "Enter" && this.active >= 0) this.choose(this.active);
    else if (event.key === "Escape" && !closed) this.close();
    else return;
    event.preventDefault();
  }

  activate(i) {
    this.list.children[this.active]?.removeAttribute("aria-selected");
    this.active = i;
    const option = this.list.children[i];
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) this.input.setAttribute("aria-activedescendant", option.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  choose(i) {
    if (this.hits[i]) this.take(this.hits[i]);
  }

  close() {
    this.wanted = false;
    this.activate(-1);
    this.expand(false);
    this.status.textContent = "";
  }

  expand(open) {
    this.list.hidden = !open;
    this.input.setAttribute("aria-expanded", String(open));
  }
}

function open({ doc }) {
  location.href = addressOf(doc);
}

/** Under boxes that have none yet. */
function suggest() {
  for (const form of document.querySelectorAll("form[data-search]:not(.has-suggestions)")) new Suggestions(form, form.elements.q, open);
}

if (words) {
  suggest();
  addEventListener("newpage", () => {
    document.querySelector(".masthead form[data-search]").reset(); // what was looked for is found
    suggest();
  });
}
