// How many places each half-hour still has, while there is a network; and what is free instead.

import { valueOf } from "./forms-fields.js";
import { part } from "./forms-parts.js";

let asked = 0; // a day's answer that comes after another day was chosen says nothing about that one

export function offerFreeSlots(form, root, words) {
  if (!form.querySelector('[name="slot"]')) return;
  const update = () => annotate(form, root, words).catch(() => {}); // then every slot can be chosen
  form.addEventListener("change", ({ target }) => {
    if (/^(matter|township|date(_[23])?)$/.test(target.name)) update();
  });
  update();
}

/** When the wished-for slots are full: one press takes a free one into the form. */
export function offerInstead(form, alternatives = []) {
  document.querySelector("[data-alternatives]")?.remove();
  if (alternatives.length === 0) return;
  const section = part("alternatives");
  const template = section.querySelector("li");
  template.replaceWith(...alternatives.map((free) => choice(form, template.cloneNode(true), free)));
  document.querySelector(".error-summary").after(section);
}

function choice(form, entry, { date, slot }) {
  const button = entry.querySelector("button");
  button.textContent = `${date} ${slot}`;
  button.addEventListener("click", () => {
    for (const suffix of ["_2", "_3"]) for (const name of ["date", "slot"]) form.elements[name + suffix].value = "";
    Object.assign(form.elements.date, { value: date });
    Object.assign(form.elements.slot, { value: slot });
    form.elements.date.dispatchEvent(new Event("change", { bubbles: true }));
    form.querySelector("button[type=submit]").focus();
  });
  return entry;
}

async function annotate(form, root, words) {
  const { township } = form.elements;
  const matter = valueOf(form.querySelector('[data-field="matter"]'));
  const turn = ++asked;
  reset(form);
  if (!matter) return;
  for (const suffix of ["", "_2", "_3"]) {
    const date = form.elements[`date${suffix}`]?.value;
    if (!date) continue;
    const free = await freeOn(root, matter, township?.value, date);
    if (turn !== asked) return;
    mark(form.elements[`slot${suffix}`], free, words);
  }
}

async function freeOn(root, matter, township, date) {
  const url = new URL("api/slots", root);
  url.search = new URLSearchParams({ matter, from: date, ...(township && { township }) });
  const response = await fetch(url, { credentials: "omit" });
  const { slots } = await response.json();
  return new Map(slots.filter((slot) => slot.date === date).map(({ slot, free }) => [slot, free]));
}

function mark(select, free, words) {
  for (const option of [...select.options].slice(1)) {
    option.dataset.label ??= option.textContent;
    const left = free.get(option.value);
    option.disabled = !left;
    option.textContent = `${option.dataset.label}（${left ? `${words.free} ${left}` : words.full}）`;
  }
}

function reset(form) {
  for (const option of form.querySelectorAll("option[data-label]")) {
    option.textContent = option.dataset.label;
    option.disabled = false;
  }
}
