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

/** All that is needed is asked for at once: a telephone waits long for each answer. */
async function open() {
  const [tables, { Engine }, { traditional }] = await Promise.all([
    load("data/search.json"),
    import("./search-engine.js"),
    hant ? import("./traditional.js") : {},
    import("./search-match.js"),
    import("./search-part.js"),
    import("./search-query.js"),
  ]);
  const engine = new Engine(tables, traditional);
  engine.named = learnNames(engine, tables.more);
  engine.learnt = engine.named.then(() => learnTexts(engine, tables.texts)).catch(() => {}); // what is there can be searched
  return engine;
}

/** Names first, then what stands inside the pages: most people search for a name. */
async function learnNames(engine, paths) {
  for (const documents of await Promise.all(paths.map(load))) engine.addDocuments(documents);
  if (paths.length) tell();
}

async function learnTexts(engine, paths) {
  for (const [block, texts] of (await Promise.all(paths.map(load))).entries()) engine.addTexts(texts, block);
  tell();
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
