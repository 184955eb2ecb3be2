// What a person typed, read as units: Han characters, pinyin syllables, initials, digits.
// No page, no network in here: the same code runs in the page and in tests/evaluation.

const HAN = /[\u3400-\u9fff]/;
const RUNS = /[\u3400-\u9fff]|[a-z]+|\d+/g;

/** Readings that are easily taken for each other, at a syllable's start and at its end. */
const STARTS = [["zh", "z"], ["ch", "c"], ["sh", "s"], ["l", "n"], ["f", "h"], ["l", "r"]];
const ENDS = [["ing", "in"], ["eng", "en"], ["ang", "an"], ["ong", "eng"]];

/** What only sounds alike is looked for in names, not in everything pages say. */
const SURE = 0.8;

const REMEMBERED = 200; // units: with 10,000 matters about 16 MB

export class Reader {
  /** `tables` is data/search.json. */
  constructor(tables) {
    this.syllables = syllablesOf(tables); // each with its characters
    this.readings = new Map(); // a character → its syllables
    for (const [syllable, chars] of this.syllables) {
      for (const char of chars) this.#note(char, syllable);
    }
    this.simplified = new Map();
    const { variants } = tables;
    for (let i = 0; i < variants.length; i += 2) this.simplified.set(variants[i], variants[i + 1]);
    this.same = tables.same;
    this.ignored = pattern(tables.ignored);
    this.attributes = Object.entries(tables.attributes).map(([name, words]) => [name, pattern(words)]);
    this.confused = new Map(); // a syllable → those it is easily taken for
    this.spelled = new Map(); // a letter or a half-typed syllable → the syllables it may become
    this.forget();
  }

  /** Units keep what the engine finds out about them, until it learns something new. */
  forget() {
    this.units = new Map();
  }

  /** The text in lower case, in Simplified script, with a space for whatever is no word. */
  fold(text) {
    const folded = [...text.normalize("NFKC").toLowerCase()].map((c) => this.simplified.get(c) || c);
    return folded.join("").replace(/[^\u3400-\u9fffa-z\d]+/g, " ").trim();
  }

  /** The same, quicker, for what the index has, which is in Simplified script. */
  foldName(text, between = "") {
    const plain = /[\uff00-\uffef]/.test(text) ? text.normalize("NFKC") : text;
    return plain.toLowerCase().replace(/[^\u3400-\u9fffa-z\d]+/g, between);
  }

  /** The syllables of a character; what has no reading (a letter, a digit) reads as itself. */
  read(char) {
    return this.readings.get(char) ?? [char];
  }

  /** The characters that are meant by a key of a unit: those with this reading, or just this one. */
  sounding(key) {
    return (this.syllables.get(key) ?? "") + (key.length === 1 ? key : "");
  }

  #note(char, syllable) {
    const others = this.readings.get(char);
    if (others) others.push(syllable);
    else this.readings.set(char, [syllable]);
  }

  /** Which places of a folded text carry little meaning (怎么, 办理, 我想 …). */
  idle(text) {
    const idle = new Uint8Array(text.length);
    this.ignored.lastIndex = 0;
    for (let match; (match = this.ignored.exec(text)); ) idle.fill(1, match.index, this.ignored.lastIndex);
    return idle;
  }

  /**
   * Split off what a query says about the matter's attributes (免费, 网上, 7天内).
   * `withinName` tells whether a word of the text is but a piece of a matter's name.
   */
  attributesOf(text, withinName) {
    const wanted = {};
    let rest = text;
    const days = rest.match(/(\d+|[一二两三四五六七八九十]+)个?(工作)?[天日](之内|以内|内|办|拿|出)\S{0,2}/);
    if (days) {
      wanted.days = number(days[1]);
      rest = rest.replace(days[0], " ");
    }
    for (const [name, words] of this.attributes) {
      rest = rest.replace(words, (word, at) => {
        if (withinName(rest, at, word.length)) return word;
        wanted[name] = true;
        return " ";
      });
    }
    return { wanted, rest: rest.trim() };
  }

  /**
   * The query itself, the same in the words that are listed first (药房换老板 → 药店换法人), and
   * with one everyday word at a time exchanged (饭店 → 餐馆).
   */
  wordings(text, limit) {
    if (limit === 1) return [text];
    const exchanged = this.same.map((group) => [group.find((word) => text.includes(word)), group]).filter(([word]) => word);
    const found = new Set([text, exchanged.reduce((said, [word, [first]]) => said.replace(word, first), text)]);
    for (const [word, group] of exchanged) {
      for (const other of group) {
        if (found.size < limit && !text.includes(other)) found.add(text.replace(word, other));
      }
    }
    return [...found];
  }

  /** The ways to read a folded text as units: a few letters may be a syllable or initials (gan). */
  unitLists(text) {
    if (this.units.size > REMEMBERED) this.forget();
    const idle = this.idle(text);
    const list = [];
    for (const match of text.matchAll(RUNS)) {
      list.push(...this.#units(match[0], idle[match.index]));
    }
    const letters = /^[a-z]{2,6}$/.test(text) ? [...text].map((letter) => this.#latin(letter)) : [];
    return letters.length > list.length ? [list, letters] : [list];
  }

  #units(run, idle) {
    if (HAN.test(run)) return [this.#known(idle ? `${run} ` : run, () => this.#han(run, idle))];
    if (/\d/.test(run)) return [...run].map((digit) => this.#known(digit, () => digitUnit(digit)));
    return this.#split(run).map((piece) => this.#latin(piece));
  }

  #known(name, make) {
    if (!this.units.has(name)) this.units.set(name, make());
    return this.units.get(name);
  }

  #han(char, idle) {
    const keys = new Map();
    for (const syllable of idle ? [] : this.read(char)) {
      for (const other of this.#confusable(syllable)) keys.set(other, 0.5);
    }
    for (const syllable of this.read(char)) keys.set(syllable, 0.7);
    return { ...unitOf(keys, { char, idle }), sure: [[char, 1]] };
  }

  #latin(piece) {
    return this.#known(piece, () => this.#spelledUnit(piece));
  }

  #spelledUnit(piece) {
    const keys = new Map();
    if (this.syllables.has(piece) && piece.length > 1) {
      for (const other of this.#confusable(piece)) keys.set(other, 0.7);
      keys.set(piece, 1);
    } else {
      for (const syllable of this.#continuations(piece)) keys.set(syllable, piece.length === 1 ? 0.65 : 0.8);
    }
    if (piece.length === 1) keys.set(piece, 1);
    return unitOf(keys, { initial: piece.length === 1 });
  }

  #continuations(piece) {
    if (!this.spelled.has(piece)) {
      this.spelled.set(piece, [...this.syllables.keys()].filter((syllable) => syllable.startsWith(piece)));
    }
    return this.spelled.get(piece);
  }

  /** Split letters into as few syllables as possible; single letters stand for initials. */
  #split(run) {
    const best = [{ cost: 0, pieces: [] }];
    for (let end = 1; end <= run.length; end++) {
      for (let start = Math.max(0, end - 6); start < end; start++) {
        const piece = run.slice(start, end);
        const cost = best[start] && best[start].cost + this.#cost(piece, end === run.length);
        if (cost && (!best[end] || cost <= best[end].cost)) best[end] = { cost, pieces: [...best[start].pieces, piece] };
      }
    }
    return best[run.length].pieces;
  }

  #cost(piece, last) {
    if (piece.length === 1) return 1.6;
    if (this.syllables.has(piece)) return 1;
    return last && this.#continuations(piece).length ? 1.3 : Infinity;
  }

  #confusable(syllable) {
    if (!this.confused.has(syllable)) this.confused.set(syllable, this.#soundingLike(syllable));
    return this.confused.get(syllable);
  }

  #soundingLike(syllable) {
    const others = new Set();
    for (const [a, b] of STARTS) {
      if (syllable.startsWith(a)) others.add(b + syllable.slice(a.length));
      else if (syllable.startsWith(b)) others.add(a + syllable.slice(b.length));
    }
    for (const [a, b] of ENDS) {
      if (syllable.endsWith(a)) others.add(syllable.slice(0, -a.length) + b);
      else if (syllable.endsWith(b)) others.add(syllable.slice(0, -b.length) + a);
    }
    return [...others].filter((other) => this.syllables.has(other));
  }
}

function digitUnit(char) {
  return unitOf(new Map([[char, 1]]), { char });
}

/** A unit: the readings it may hit, each with its worth; those it hits in long texts, too. */
function unitOf(keys, more) {
  return { keys, sure: [...keys].filter(([, worth]) => worth >= SURE), ...more };
}

/**
 * Syllables with their characters. The 3,755 usual characters stand in GB 2312 in the order of their
 * readings, and every browser has that order: `common` only counts how many have a reading.
 */
function syllablesOf({ common, pinyin }) {
  const found = new Map();
  const add = (syllable, chars) => found.set(syllable, (found.get(syllable) ?? "") + chars);
  const usual = usualCharacters();
  let at = 0;
  for (const [, syllable, count] of common.matchAll(/([a-z]+)(\d*)/g)) {
    const from = at;
    at += Number(count || 1);
    add(syllable, usual.slice(from, at));
  }
  for (const [, syllable, chars] of pinyin.matchAll(/([a-z]+)([^a-z ]+)/g)) add(syllable, chars);
  return found;
}

function usualCharacters() {
  const bytes = new Uint8Array(2 * 40 * 94);
  for (let i = 0; i < bytes.length; i += 2) {
    bytes[i] = 0xb0 + i / (2 * 94);
    bytes[i + 1] = 0xa1 + ((i / 2) % 94);
  }
  return new TextDecoder("gb2312").decode(bytes);
}

/** One expression for a list of words, longer words first; a list of none matches nothing. */
function pattern(words) {
  const longestFirst = [...words].sort((a, b) => b.length - a.length);
  return new RegExp(longestFirst.join("|") || "(?!)", "g");
}

const DIGITS = "零一二三四五六七八九";

function number(text) {
  if (/\d/.test(text)) return Number(text);
  const [tens, ones] = text.replace("两", "二").split("十");
  if (ones === undefined) return DIGITS.indexOf(tens);
  return (tens ? DIGITS.indexOf(tens) : 1) * 10 + (ones ? DIGITS.indexOf(ones) : 0);
}
