// Finds pages for a query. Every character of every name is a place; a query's units hit places by
// character or by reading; hits side by side count far more than hits alone. That one rule covers
// missing, wrong and additional characters, pinyin, initials and any word order. Of many pages only
// those are read that may still be among the best.
// No page, no network in here: the same code runs in the page and in tests/evaluation.

import { Match } from "./search-match.js";
import { Alphabet, Part } from "./search-part.js";
import { Reader } from "./search-query.js";

/** How much a phrase counts by where it stands. */
const NAMES = [1, 0.98]; // title, other names
const TEXTS = [0.5, 0.55]; // summary and materials, questions

/** A hit of less than this share of the best score only distracts, as does one that covers less. */
const WEAKEST = 0.4;
const LEAST = 0.2;

const IDLE = 0.12; // the weight of 怎么, 办理 and the like beside words that mean something
const WORDINGS = 6; // ways to say a query that are tried
const ANOTHER_WORDING = 0.94;
const LACKS_ATTRIBUTE = 0.6;
const HAS_ATTRIBUTE = 0.3; // the score of whatever has what a query asks for and nothing else
const LATER = 0.96; // of two alike, the matter people begin with comes before its change or renewal
const BESIDE_MATTERS = { hall: 0.88, list: 0.9, article: 0.95, page: 0.97 };

export const FLAGS = ["online", "charged", "waivable", "commitment", "devolved", "free_post"];

export class Engine {
  /** `tables` is data/search.json; `traditional` is given where pages are in 繁體. */
  constructor(tables, traditional) {
    const { themes, audiences, later, kinds } = tables;
    Object.assign(this, { traditional, themes, audiences, later, kinds });
    this.reader = new Reader(tables);
    if (traditional) this.script = scriptOf(tables);
    this.alphabet = new Alphabet();
    this.blocks = [];
    this.docs = []; // each document, once somebody asked for it
    this.addDocuments(tables.docs);
  }

  /** Take in documents: of each its kind, its address, its facts and its names. */
  addDocuments({ kinds, urls, facts, names }) {
    const block = { first: this.docs.length, kinds, urls: urls.split("\n"), facts: facts.split("\n") };
    block.names = new Part(names, NAMES, this.alphabet);
    this.blocks.push(block);
    this.docs.length += kinds.length;
    this.#learnt();
  }

  /** Take in what stands inside the documents of a block. */
  addTexts(texts, block = 0) {
    this.blocks[block].texts = new Part(texts, TEXTS, this.alphabet);
    this.#learnt();
  }

  /** Forget what followed from how many documents have a character. */
  #learnt() {
    this.reader.forget();
    this.counts = new Map();
    this.charWeights = [];
    this.titles = undefined;
    for (const { names, texts } of this.blocks) for (const part of [names, texts]) part?.sizes.fill(0);
  }

  /** A document: {number, kind, url, title, shown, names, facts, later}; `shown` is the title as the page writes it. */
  doc(number) {
    this.docs[number] ??= this.#doc(number, this.#block(number));
    return this.docs[number];
  }

  #doc(number, { first, kinds, urls, facts, names }) {
    const at = number - first;
    const [title, ...others] = names.phrases(at);
    const known = factsOf(facts[at]);
    const later = Boolean(known) && this.later.some((word) => title.includes(word));
    return { number, kind: this.kinds[kinds[at]], url: urls[at], title, shown: this.#inScript(title), names: others, facts: known, later };
  }

  #block(number) {
    return this.blocks.find(({ first, kinds }) => number < first + kinds.length);
  }

  /** The document at an address. */
  find(url) {
    const block = this.blocks.find(({ urls }) => urls.includes(url));
    return block && this.doc(block.first + block.urls.indexOf(url));
  }

  /**
   * Return hits, best first: {doc, score, coverage, filled, phrase, title, matched}. `coverage`
   * (0 to 1) says how much of the query was found, `phrase` where it was found best and `filled`
   * how much of that phrase the query has. `title` and `matched` are to be shown: the document's
   * title and the phrase in the script of the page.
   */
  search(query, { limit = 20, accept = () => true, plain = false } = {}) {
    const best = new Best(limit);
    const folded = this.reader.fold(query);
    const { wanted, rest } = plain ? { wanted: {}, rest: folded } : this.#attributesOf(folded);
    const asked = Object.keys(wanted).length > 0;
    const meaning = this.means(rest) ? rest : folded;
    const share = (doc) => (asked && hasAttributes(doc) && !satisfies(doc, wanted) ? LACKS_ATTRIBUTE : 1);
    const worth = (among) => (doc) => (among(doc) && accept(doc) ? standing(doc) * share(doc) : 0);
    if (meaning !== folded) {
      this.#searchAll(meaning, worth(hasAttributes), best);
      // an attribute may be what a page is about (不用跑 → the list of matters without a visit)
      this.#searchAll(folded, worth((doc) => !doc.facts), best, 1);
    } else {
      this.#searchAll(folded, worth((doc) => !asked || !doc.facts), best);
      if (asked) this.#addAllWith(wanted, accept, best);
    }
    return best.hits().map((hit) => this.#shown(hit));
  }

  /** Of what stands inside a page only one script is here. */
  #shown({ doc, part, phrase, ...hit }) {
    const { first, names } = this.#block(doc.number);
    const found = part ? part.phrases(doc.number - first)[phrase] : doc.title;
    const matched = part === names || !this.traditional ? this.#inScript(found) : "";
    return { ...hit, doc, phrase: found, title: doc.shown, matched };
  }

  #inScript(text) {
    return this.traditional ? this.traditional(text, this.script) : text;
  }

  /** Matters that have the attributes follow when a query asks for nothing else (不用跑). */
  #addAllWith(wanted, accept, best) {
    for (let number = 0; number < this.docs.length; number++) {
      const doc = this.doc(number);
      if (doc.facts && accept(doc) && satisfies(doc, wanted)) best.add({ doc, score: HAS_ATTRIBUTE, coverage: 1, filled: 0 });
    }
  }

  #searchAll(text, worth, best, wordings = WORDINGS) {
    this.reader.wordings(text, wordings).forEach((wording, i) => {
      for (const units of this.reader.unitLists(wording)) {
        for (const unit of units) unit.weight ??= this.#weight(unit);
        const inside = i === 0 && !units.some((unit) => unit.initial);
        this.#searchUnits(new Match(units, inside, this), worth, i ? ANOTHER_WORDING : 1, best);
      }
    });
  }

  #searchUnits(match, worth, share, best) {
    for (const number of likelyFirst(match)) {
      const most = highest(match.reach[number] / match.total) * share;
      if (most < best.least) continue;
      const doc = this.doc(number);
      const counts = worth(doc) * share;
      if (!counts || most * counts < best.least) continue;
      const block = this.#block(number);
      const promised = match.promise(block, number - block.first) / match.total;
      if (highest(promised) * counts < best.least) continue;
      const found = match.judge(block, number - block.first, (part, phrase) => this.#size(part, phrase));
      best.add({ ...found, doc, score: scoreOf(found.coverage, found.likeness) * counts });
    }
  }

  /** The stretches of a text that a query is about: [[from, to], …]. */
  marks(text, query) {
    const units = this.reader.unitLists(this.reader.fold(query))[0] || [];
    const hit = [...text].map((char) => {
      const folded = this.reader.fold(char);
      const readings = folded ? this.reader.read(folded) : [];
      return units.some((u) => (u.char ? u.char === folded : !u.initial && readings.some((r) => u.keys.get(r) === 1)));
    });
    const marks = [];
    for (let from = 0, to; from < hit.length; from = to) {
      for (to = from + 1; to < hit.length && hit[to] === hit[from]; to++);
      if (hit[from] && (to - from > 1 || units.length === 1)) marks.push([from, to]);
    }
    return marks;
  }

  /** Whether there is more in a text than 我想, 怎么, 办理 and the like. */
  means(text) {
    const folded = this.reader.fold(text);
    const idle = this.reader.idle(folded);
    return [...folded].some((char, i) => char !== " " && !idle[i]);
  }

  /** A document's title and names, each with its characters as they are compared. */
  namesOf({ title, names }) {
    return new Map([title, ...names].map((name) => [name, this.reader.foldName(name)]));
  }

  /** Whether a word of the text is but a piece of a matter's name, as 上网 in 互联网上网. */
  withinName(text, at, length) {
    this.titles ??= this.reader.foldName(this.#titlesOfMatters().join("\n"), " ");
    const wider = [text.slice(Math.max(0, at - 1), at + length), text.slice(at, at + length + 1)];
    return wider.some((piece) => piece.length > length && !piece.includes(" ") && this.titles.includes(piece));
  }

  #titlesOfMatters() {
    return this.blocks.flatMap(({ facts, names }) => names.lines.filter((_, i) => facts[i]).map((line) => line.split("\t", 1)[0]));
  }

  #attributesOf(text) {
    return this.reader.attributesOf(text, (rest, at, length) => this.withinName(rest, at, length));
  }

  /** The rarer, the weightier: by the number of documents a unit can hit. */
  #weight(unit) {
    const among = unit.char && this.#documentsWith(unit.char) ? [unit.char] : [...unit.keys.keys()];
    const count = among.reduce((sum, key) => sum + this.#documentsWith(key), 0);
    return this.#rarity(count) * (unit.idle ? IDLE : 1);
  }

  #rarity(count) {
    return Math.log(1 + this.docs.length / (1 + Math.min(count, this.docs.length)));
  }

  #documentsWith(key) {
    if (!this.counts.has(key)) {
      const numbers = this.alphabet.numbersOf(this.reader.sounding(key));
      this.counts.set(key, this.blocks.reduce((sum, { names }) => sum + names.count(numbers), 0));
    }
    return this.counts.get(key);
  }

  /** What finding a whole phrase is worth. */
  #size(part, phrase) {
    part.sizes[phrase] ||= this.#sizeOf(part.numbers(phrase));
    return part.sizes[phrase];
  }

  #sizeOf(numbers) {
    const idle = this.reader.idle(this.alphabet.text(numbers));
    let size = 0;
    for (let i = 0; i < numbers.length; i++) size += this.#charWeight(numbers[i]) * (idle[i] ? IDLE : 1);
    return size;
  }

  #charWeight(number) {
    this.charWeights[number] ??= this.#rarity(this.#documentsWith(this.alphabet.text([number])));
    return this.charWeights[number];
  }
}

/** The best hits so far: only what may still be among them need be looked at. */
class Best {
  constructor(limit) {
    this.limit = limit;
    this.found = new Map();
    this.top = 0;
    this.least = 0; // the score that is needed
  }

  add(hit) {
    const { number } = hit.doc;
    this.top = Math.max(this.top, hit.score);
    if (hit.coverage <= LEAST || this.found.get(number)?.score >= hit.score) return;
    this.found.set(number, hit);
    if (this.found.size >= 2 * this.limit) this.#prune();
  }

  #prune() {
    const hits = this.hits();
    this.found = new Map(hits.map((hit) => [hit.doc.number, hit]));
    this.least = hits.length < this.limit ? WEAKEST * this.top : hits.at(-1).score;
  }

  hits() {
    const hits = [...this.found.values()].filter((hit) => hit.score >= WEAKEST * this.top);
    return hits.sort((a, b) => b.score - a.score || a.doc.number - b.doc.number).slice(0, this.limit);
  }
}

/** The documents that may cover enough of a query, those that may cover most of it first. */
function likelyFirst({ reach, total }) {
  const steps = Array.from({ length: 33 }, () => []);
  for (let number = 0; number < reach.length; number++) {
    const share = Math.min(reach[number] / total, 1);
    if (share > LEAST) steps[Math.floor(32 * share)].push(number);
  }
  return steps.reverse().flat();
}

/** What turns names into 繁體: of a character's variants the first is the usual one. */
function scriptOf({ variants, characters, runs }) {
  const usual = {};
  for (let i = 0; i < variants.length; i += 2) usual[variants[i + 1]] ??= variants[i];
  return { runs, characters: { ...usual, ...characters } };
}

function scoreOf(coverage, likeness) {
  return coverage * (0.5 + 0.5 * likeness);
}

/** The highest score that a document can have of which at most this share of the query is found. */
function highest(share) {
  return scoreOf(share, (2 * share) / (1 + share)) + 1e-6;
}

function factsOf(text) {
  if (!text) return null;
  const [theme, audiences, days, visits, flags] = text.split(" ").map(Number);
  const known = { theme, audiences, days, visits };
  FLAGS.forEach((flag, i) => (known[flag] = Boolean(flags & (1 << i))));
  return known;
}

function standing({ kind, later }) {
  return later ? LATER : (BESIDE_MATTERS[kind] ?? 1);
}

function hasAttributes(doc) {
  return doc.facts || doc.kind === "package";
}

/** Whether a matter, or a package, has all that a query asks for; other pages never do. */
function satisfies({ facts, kind }, wanted) {
  if (!facts) return kind === "package" && Object.keys(wanted).every((name) => name === "package");
  return Object.entries(wanted).every(([name, value]) => {
    if (name === "days") return facts.days <= value;
    if (name === "on_the_spot") return facts.days === 0;
    if (name === "no_visit") return facts.visits === 0;
    if (name === "visit") return facts.visits > 0;
    if (name === "free") return !facts.charged;
    return facts[name] === true;
  });
}
