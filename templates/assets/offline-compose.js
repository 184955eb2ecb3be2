// Makes a page of the offline copy, exactly as site_builder/render.py made the one on the server.

const SLOT = /@@([a-z]+)@@/g;
const HAN = /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}]+/gu;

/** Turn 简体 into 繁體 with the table that the build derived from OpenCC's own result. */
export function traditional(text, script) {
  return text.replace(HAN, (run) => script.runs[run] ?? characters(run, script.characters));
}

function characters(run, table) {
  return Array.from(run, (character) => table[character] ?? character).join("");
}

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
