// What answers questions on this page, loaded with the first question.

import { Asking } from "./ask-engine.js";
import { openSearch } from "./search-index.js";
import { load } from "./site-data.js";

let opening;

/** Ready once everything the site has is known: the same question always gets the same answer. */
export function openAsking() {
  opening ??= open().catch((error) => {
    opening = undefined; // the next question tries again
    throw error;
  });
  return opening;
}

async function open() {
  const [engine, words] = await Promise.all([openSearch(), load("data/ask.json")]);
  await engine.learnt;
  return new Asking(engine, words);
}
