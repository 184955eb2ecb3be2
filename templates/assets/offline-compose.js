// Makes a page of the offline copy, exactly as site_builder/render.py made the one on the server.

import { traditional } from "./traditional.js";

const SLOT = /@@([a-z]+)@@/g;

/** Return a page's HTML from what the copy keeps of it; `places` replaces ways out of the page. */
export function compose({ shell, script }, record, hant, places = {}) {
  const say = hant ? (text) => traditional(text, script) : (text) => text;
  const values = { ...record.values, ...(hant && record.hant), ...places };
  for (const [name, text] of Object.entries(record.texts)) values[name] = say(text);
  values.body = values.body.replace(SLOT, (_, name) => values[name]);
  return shell.parts
    .map((part, i) => say(part) + (i < shell.slots.length ? values[shell.slots[i]] : ""))
    .join("");
}
