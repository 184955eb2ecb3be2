// Pinyin above Han characters. The table is made by site_builder/pinyin.py and fetched when wanted.
import { load } from "./site-data.js";

let table;

/** Return nodes of `text` with the reading above each character; without a table, the text. */
export async function annotate(text) {
  try {
    table ??= await read("data/pinyin.json");
  } catch {
    return [text]; // no network, and not on this device: the caption is still large
  }
  return [...text].map((char, i, all) => {
    const reading = readingOf(char, all[i - 1], all[i + 1]);
    return reading ? ruby(char, reading) : char;
  });
}

function readingOf(char, before, after) {
  for (const [reading, befores, afters] of table.beside.get(char) ?? []) {
    if ((before && befores.includes(before)) || (after && afters.includes(after))) return reading;
  }
  return table.usual.get(char);
}

async function read(path) {
  const { usual, beside } = await load(path);
  const characters = new Map();
  for (const [reading, chars] of Object.entries(usual)) {
    for (const char of chars) characters.set(char, reading);
  }
  return { usual: characters, beside: new Map(Object.entries(beside)) };
}

function ruby(char, reading) {
  const element = document.createElement("ruby");
  const above = document.createElement("rt");
  above.textContent = reading;
  element.append(char, above);
  return element;
}
