// Finds documents for a query. Every character of every name is a place; a query's units hit
// places by character or by reading; hits side by side count far more than hits alone. That one
// rule covers missing, wrong and additional characters, pinyin, initials and any word order.
// No page, no network in here: the same code runs in the page and in tests/evaluation.

import { Reader } from "./search-query.js";

/** What a hit is worth alone, beside one other, in a row of three, of four and more. */
const CLEAR = [0, 0.35, 0.85, 1, 1];
const INITIALS = [0, 0.08, 0.35, 0.75, 1];

/** How much a phrase counts by where it stands. */
const TITLE = 1;
const NAME = 0.98;
const TEXT = [0.5, 0.5, 0.55]; // summary, materials, questions

/** Hits that belong together: units back, places back, closeness. A place or a unit may be left out. */
const NEXT = [[1, 1, 1]];
const NEIGHBOURS = [...NEXT, [1, 2, 0.9], [2, 1, 0.9], [2, 2, 0.85]];

const LONGEST = 32; // units of a query that count

/** A hit of less than this share of the best score only distracts, as does one that covers less. */
const WEAKEST = 0.4;
const LEAST = 0.2;

const IDLE = 0.12; // the weight of 怎么, 办理 and the like beside words that mean something
const WORDINGS = 6; // ways to say a query that are tried
const ANOTHER_WORDING = 0.94;
const LACKS_ATTRIBUTE = 0.6;
const LATER = 0.96; // of two alike, the matter people begin with comes before its change or renewal
const BESIDE_MATTERS = { hall: 0.88, list: 0.9, article: 0.95, page: 0.97 };

export const FLAGS = ["online", "charged", "waivable", "commitment", "devolved", "free_post"];

export class Engine {
  constructor(tables) {
    this.reader = new Reader(tables);
    this.themes = tables.themes;
    this.audiences = tables.audiences;
    this.later = tables.later;
    this.docs = [];
    this.parts = [];
    this.addDocuments(tables.docs);
  }

  /** Take in documents: [kind, address, title, names, facts]. */
  addDocuments(documents) {
    const first = this.docs.length;
    const part = new Part(this.reader);
    documents.forEach(([kind, url, title, names, facts], i) => {
      const later = Boolean(facts) && this.later.some((word) => title.includes(word));
      this.docs.push({ kind, url, title, names, facts: factsOf(facts), later });
      part.add(first + i, title, TITLE);
      for (const name of names) part.add(first + i, name, NAME);
    });
    this.parts.push(part.close());
    this.documentsIn = new Map();
    this.names = null;
    for (const phrase of this.parts.flatMap((p) => p.phrases)) phrase.size = undefined;
  }

  /** Show titles and names in Traditional script; the search itself stays in Simplified. */
  retitle(titles, first = 0) {
    titles.forEach(([title, ...names], i) => {
      const doc = this.docs[first + i];
      doc.shown = new Map(doc.names.map((name, j) => [name, names[j]]));
      doc.shown.set(doc.title, title);
    });
  }

  /** Take in what stands inside the documents from number `first` on. */
  addTexts(texts, first = 0) {
    const part = new Part(this.reader);
    texts.forEach((fields, i) => {
      fields.forEach((phrases, field) => phrases.forEach((p) => part.add(first + i, p, TEXT[field])));
    });
    this.parts.push(part.close());
  }

  /**
   * Return hits, best first: {doc, number, score, coverage, filled, phrase, title, matched}.
   * `coverage` (0 to 1) says how much of the query was found, `phrase` where it was found best and
   * `filled` how much of that phrase the query has. `title` and `matched` are to be shown: the
   * document's title and the phrase in the script of the page.
   */
  search(query, { limit = 20, accept = () => true, plain = false } = {}) {
    const folded = this.reader.fold(query);
    const { wanted, rest } = plain ? { wanted: {}, rest: folded } : this.#attributesOf(folded);
    const asked = Object.keys(wanted).length > 0;
    const meaning = this.means(rest) ? rest : folded;
    const found = this.#searchAll(meaning, (doc) => hasAttributes(doc) || meaning === folded);
    if (asked && meaning === folded) this.#addAllWith(wanted, found);
    // an attribute may be what a page is about (不用跑 → the list of matters without a visit)
    if (meaning !== folded) this.#searchAll(folded, (doc) => !doc.facts, found, 1);
    const hits = [];
    for (const hit of found.values()) {
      if (!accept(hit.doc)) continue;
      if (asked && hasAttributes(hit.doc) && !satisfies(hit.doc, wanted)) hit.score *= LACKS_ATTRIBUTE;
      hits.push(hit);
    }
    hits.sort((a, b) => b.score - a.score || a.number - b.number);
    const worth = hits.filter((hit) => hit.score >= WEAKEST * hits[0].score && hit.coverage > LEAST);
    return worth.slice(0, limit).map((hit) => ({ ...hit, ...shown(hit) }));
  }

  #searchAll(text, accept, found = new Map(), wordings = WORDINGS) {
    this.reader.wordings(text, wordings).forEach((wording, i) => {
      const parts = i ? this.parts.filter((part) => part.named) : this.parts;
      for (const hit of this.#searchWording(wording, parts)) {
        if (!accept(hit.doc)) continue;
        const score = hit.score * (i ? ANOTHER_WORDING : 1) * standing(hit.doc);
        if (!(found.get(hit.number)?.score >= score)) found.set(hit.number, { ...hit, score });
      }
    });
    return found;
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

  /** Matters that have the attributes follow when a query asks for nothing else (不用跑). */
  #addAllWith(wanted, found) {
    this.docs.forEach((doc, number) => {
      if (!doc.facts) return;
      const score = satisfies(doc, wanted) ? 0.3 : 0;
      found.delete(number);
      if (score) found.set(number, { doc, number, score, coverage: 1, filled: 0, phrase: doc.title });
    });
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
    this.names ??= this.docs.map((doc) => (doc.facts ? this.reader.fold(doc.title) : "")).join("\n");
    const wider = [text.slice(Math.max(0, at - 1), at + length), text.slice(at, at + length + 1)];
    return wider.some((piece) => piece.length > length && !piece.includes(" ") && this.names.includes(piece));
  }

  #attributesOf(text) {
    return this.reader.attributesOf(text, (rest, at, length) => this.withinName(rest, at, length));
  }

  #searchWording(wording, parts) {
    const best = new Map();
    for (const list of this.reader.unitLists(wording)) {
      const units = list.slice(0, LONGEST);
      const named = units.some((unit) => unit.initial) ? parts.filter((part) => part.named) : parts;
      for (const unit of units) unit.weight = this.#weight(unit);
      for (const hit of this.#searchUnits(units, named)) {
        if (!(best.get(hit.number)?.score >= hit.score)) best.set(hit.number, hit);
      }
    }
    return best.values();
  }

  #searchUnits(units, parts) {
    const total = units.reduce((sum, unit) => sum + unit.weight, 0);
    const documents = new Map();
    for (const part of parts) part.match(units, total, (char) => this.#charWeight(char), documents);
    return [...documents].map(([number, { quality, phrase, likeness, filled }]) => {
      const covered = units.reduce((sum, unit, i) => sum + unit.weight * quality[i], 0) / total;
      return { doc: this.docs[number], number, coverage: covered, filled, phrase, score: covered * (0.5 + 0.5 * likeness) };
    });
  }

  /** The rarer, the weightier: by the number of documents a unit can hit. */
  #weight(unit) {
    const among = unit.char && this.#documentsWith(unit.char) ? [unit.char] : [...unit.keys.keys()];
    const count = among.reduce((sum, key) => sum + this.#documentsWith(key), 0);
    return this.#rarity(count) * (unit.idle ? IDLE : 1);
  }

  #charWeight(char) {
    return this.#rarity(this.#documentsWith(char));
  }

  #rarity(count) {
    return Math.log(1 + this.docs.length / (1 + Math.min(count, this.docs.length)));
  }

  #documentsWith(key) {
    if (!this.documentsIn.has(key)) {
      const counts = this.parts.filter((p) => p.named).map((part) => part.documentsWith(key));
      this.documentsIn.set(key, counts.reduce((a, b) => a + b, 0));
    }
    return this.documentsIn.get(key);
  }
}

/** A stretch of text, indexed by reading. Phrases stand one after the other with a gap between. */
class Part {
  constructor(reader) {
    this.reader = reader;
    this.chars = ["", ""];
    this.phraseAt = [-1, -1];
    this.phrases = []; // {number, text, weight, from, to}
  }

  add(number, text, weight) {
    const from = this.chars.length;
    const folded = this.reader.foldName(text);
    for (const char of folded) {
      this.chars.push(char);
      this.phraseAt.push(this.phrases.length);
    }
    this.phrases.push({ number, text, weight, from, to: this.chars.length });
    this.chars.push("", "");
    this.phraseAt.push(-1, -1);
  }

  close() {
    this.named = this.phrases.some((phrase) => phrase.weight >= NAME);
    this.phraseAt = Int32Array.from(this.phraseAt);
    this.places = new Map(); // a reading, or a character → where it stands
    const listsOf = new Map();
    this.chars.forEach((char, place) => {
      if (!char) return;
      if (!listsOf.has(char)) listsOf.set(char, this.#listsFor(char));
      for (const list of listsOf.get(char)) list.push(place);
    });
    this.lanes = [0, 1, 2].map(() => lane(this.chars.length)); // the hits of the last three units
    this.stamp = 3;
    this.qualities = new Float32Array(this.phrases.length * LONGEST);
    this.seen = new Uint32Array(this.phrases.length);
    return this;
  }

  #listsFor(char) {
    return [...new Set([char, ...this.reader.read(char)])].map((key) => {
      if (!this.places.has(key)) this.places.set(key, []);
      return this.places.get(key);
    });
  }

  documentsWith(key) {
    return new Set((this.places.get(key) || []).map((p) => this.phrases[this.phraseAt[p]].number)).size;
  }

  /** Note in `documents` how well each document's phrases answer to the units. */
  match(units, total, charWeight, documents) {
    this.touched = [];
    units.forEach((unit, i) => this.#hits(unit, i, units));
    for (const index of this.touched) {
      this.#note(this.phrases[index], index * LONGEST, units, total, charWeight, documents);
    }
    this.stamp += units.length + 3;
  }

  #note(phrase, start, units, total, charWeight, documents) {
    const { qualities } = this;
    let found = 0;
    for (let i = 0; i < units.length; i++) found += units[i].weight * qualities[start + i];
    phrase.size ??= this.#size(phrase, charWeight);
    const likeness = (phrase.weight * 2 * Math.min(found, phrase.size)) / (total + phrase.size);
    let best = documents.get(phrase.number);
    if (!best) documents.set(phrase.number, (best = { quality: new Float32Array(units.length), likeness: -1 }));
    for (let i = 0; i < units.length; i++) {
      best.quality[i] = Math.max(best.quality[i], phrase.weight * qualities[start + i]);
    }
    if (likeness > best.likeness) {
      best.likeness = likeness;
      best.filled = Math.min(found / phrase.size, 1);
      best.phrase = phrase.text;
    }
  }

  #size(phrase, charWeight) {
    const idle = this.reader.idle(this.chars.slice(phrase.from, phrase.to).join(""));
    let size = 0;
    for (let place = phrase.from; place < phrase.to; place++) {
      size += charWeight(this.chars[place]) * (idle[place - phrase.from] ? IDLE : 1);
    }
    return size;
  }

  #hits(unit, i) {
    for (const [key, worth] of this.named ? unit.keys : unit.sure) {
      const places = this.places.get(key);
      if (!places) continue;
      for (const place of places) this.#hit(place, i, this.chars[place] === unit.char ? 1 : worth, unit);
    }
  }

  #hit(place, i, worth, unit) {
    const start = this.#qualities(this.phraseAt[place]) + i;
    const initial = unit.initial && !unit.keys.has(this.chars[place]); // the letter itself is no initial
    const sides = initial ? INITIALS : CLEAR;
    let length = 1;
    let quality = worth * sides[1];
    for (const [unitsBack, placesBack, closeness] of initial ? NEXT : NEIGHBOURS) {
      const lane = this.lanes[(i - unitsBack + 3) % 3];
      const at = place - placesBack;
      if (lane.stamps[at] !== this.stamp + i - unitsBack) continue;
      const row = Math.min(lane.lengths[at] + 1, 4);
      const side = closeness * sides[row];
      length = Math.max(length, row);
      quality = Math.max(quality, worth * side);
      const before = start - unitsBack;
      this.qualities[before] = Math.max(this.qualities[before], lane.worths[at] * side);
    }
    this.qualities[start] = Math.max(this.qualities[start], quality);
    const lane = this.lanes[i % 3];
    lane.stamps[place] = this.stamp + i;
    lane.lengths[place] = length;
    lane.worths[place] = worth;
  }

  /** Where a phrase's qualities start; cleared when this query comes there first. */
  #qualities(phrase) {
    const start = phrase * LONGEST;
    if (this.seen[phrase] !== this.stamp) {
      this.seen[phrase] = this.stamp;
      this.touched.push(phrase);
      this.qualities.fill(0, start, start + LONGEST);
    }
    return start;
  }
}

/** Title and phrase in the page's script; of what stands inside a page only one script is here. */
function shown({ doc, phrase }) {
  if (!doc.shown) return { title: doc.title, matched: phrase };
  return { title: doc.shown.get(doc.title), matched: doc.shown.get(phrase) ?? "" };
}

function lane(size) {
  return { stamps: new Uint32Array(size), lengths: new Uint8Array(size), worths: new Float32Array(size) };
}

function factsOf(facts) {
  if (!facts) return null;
  const [theme, audiences, days, visits, flags] = facts;
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
