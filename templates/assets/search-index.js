// The search engine of this page, loaded when somebody is about to type.

import { base, hant, load } from "./site-data.js";

let opening;
const listeners = new Set();

/** The engine, as soon as it can find pages by name; `heard` is called when it has learnt more. */
export function openSearch(heard = () => {}) {
  listeners.add(heard);
  opening ??= open().catch((error) => {
    opening = undefined; // the next key tries again
    throw error;
  });
  return opening;
}

async function open() {
  const [{ Engine }, tables] = await Promise.all([import("./search-engine.js"), load("data/search.json")]);
  const engine = new Engine(tables);
  if (hant) engine.retitle(await load(tables.hant[0]));
  engine.learnt = learn(engine, tables).catch(() => {}); // what is there already can be searched
  return engine;
}

/** Names first, then what stands inside the pages: most people search for a name. */
async function learn(engine, tables) {
  const firsts = [0];
  for (const [i, path] of tables.more.entries()) {
    firsts.push(engine.docs.length);
    engine.addDocuments(await load(path));
    if (hant) engine.retitle(await load(tables.hant[i + 1]), firsts.at(-1));
    tell();
  }
  for (const [i, path] of tables.texts.entries()) {
    engine.addTexts(await load(path), firsts[i]);
    tell();
  }
}

function tell() {
  for (const heard of listeners) heard();
}

/** The address of a document in this page's script; of a file, where no server finds the index. */
export function addressOf(doc) {
  const address = new URL(doc.url, base);
  if (address.protocol === "file:" && address.pathname.endsWith("/")) address.pathname += "index.html";
  return address.href;
}

/** Write `text` into `element` with what the query matched marked. */
export function writeMarked(element, text, marks) {
  element.textContent = "";
  let written = 0;
  for (const [from, to] of marks) {
    element.append(text.slice(written, from));
    const mark = document.createElement("mark");
    mark.textContent = text.slice(from, to);
    element.append(mark);
    written = to;
  }
  element.append(text.slice(written));
}
