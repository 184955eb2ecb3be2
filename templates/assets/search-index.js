// The search engine of this page, loaded when somebody is about to type.

import { base, hant, load } from "./site-data.js";

const AHEAD = 6; // files asked for at once, as many as browsers do

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
  const more = inTurn(tables.more); // on their way while the first thousand are read
  const engine = new Engine(tables, traditional);
  engine.named = learnNames(engine, more);
  engine.learnt = engine.named.then(() => learnTexts(engine, tables.texts)).catch(() => {}); // what is there can be searched
  return engine;
}

/** Names first, then what stands inside the pages: most people search for a name. */
async function learnNames(engine, more) {
  for await (const documents of more) engine.addDocuments(documents);
  if (engine.blocks.length > 1) tell();
}

async function learnTexts(engine, paths) {
  let block = 0;
  for await (const texts of inTurn(paths)) engine.addTexts(texts, block++);
  tell();
}

/** Files in their order, a few on their way: a phone takes in one after the other, however many. */
function inTurn(paths) {
  const begin = (path) => {
    const file = load(path);
    file.catch(() => {}); // heard when it is its turn
    return file;
  };
  const coming = paths.slice(0, AHEAD).map(begin);
  return (async function* () {
    for (let next = AHEAD; coming.length; next++) {
      const file = await coming.shift();
      if (next < paths.length) coming.push(begin(paths[next]));
      yield file;
    }
  })();
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
