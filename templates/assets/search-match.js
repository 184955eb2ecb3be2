// How well a page answers to a query that was read as units.

/** What a hit is worth alone, beside one other, in a row of three, of four and more. */
const CLEAR = [0, 0.35, 0.85, 1, 1];
const INITIALS = [0, 0.08, 0.35, 0.75, 1];

/** Hits that belong together, by units and places back. A place or a unit may be left out, but no initial. */
const NEIGHBOURS = [
  { units: 1, places: 1, closeness: 1 },
  { units: 1, places: 2, closeness: 0.9 },
  { units: 2, places: 1, closeness: 0.9 },
  { units: 2, places: 2, closeness: 0.85 },
];

const LONGEST = 32; // units of a query that count: a bit each

export class Match {
  /** `list` are units with their weights; `inside` tells whether what stands inside pages counts, too. */
  constructor(list, inside, site) {
    this.units = list.slice(0, LONGEST);
    this.total = this.units.reduce((sum, unit) => sum + unit.weight, 0);
    for (const unit of this.units) prepare(unit, site);
    this.tables = [["names", new Table(this.units, "names", site.alphabet)]];
    if (inside) this.tables.push(["texts", new Table(this.units, "texts", site.alphabet)]);
    this.quality = new Float32Array(LONGEST);
    this.lengths = new Uint8Array(3 * LONGEST); // of the rows that end at the last three places
    this.reach = this.#reach(inside ? "mostInside" : "most", site);
  }

  /** For each page of the site the most that it may answer of the units' weight, by its characters. */
  #reach(name, site) {
    const reach = new Float32Array(site.docs.length);
    for (const unit of this.units) {
      const { weight } = unit;
      const most = unit[name];
      for (let page = 0; page < reach.length; page++) reach[page] += weight * most[page];
    }
    return reach;
  }

  /** The most that a page may answer of the units' weight, by which of them stand side by side. */
  promise(block, page) {
    let [any, clear, linked] = [0, 0, 0]; // a bit for each unit
    for (const [name, { masks, initials }] of this.tables) {
      const part = block[name];
      if (!part) continue;
      const to = part.starts[part.first[page + 1]];
      for (let at = part.starts[part.first[page]], one = 0, two = 0; at < to; at++) {
        const number = part.chars[at];
        const mask = masks[number];
        const near = one | two; // at the end of a phrase a little too much
        linked |= mask & ((near << 1) | (near << 2));
        linked |= near & ((mask >>> 1) | (mask >>> 2));
        any |= mask;
        clear |= mask & ~initials[number];
        [one, two] = [mask, one];
      }
    }
    let most = 0;
    for (let i = 0; i < this.units.length; i++) {
      const alone = (clear >>> i) & 1 ? CLEAR[1] : ((any >>> i) & 1) * INITIALS[1];
      most += this.units[i].weight * ((linked >>> i) & 1 || alone);
    }
    return most;
  }

  /** Return {coverage, likeness, filled, part, phrase}: how much of the query the page has, and where. */
  judge(block, page, sizeOf) {
    const { units, total, quality } = this;
    const most = new Float32Array(units.length);
    const found = { coverage: 0, likeness: -1, filled: 0, part: null, phrase: 0 };
    for (const [name, table] of this.tables) {
      const part = block[name];
      if (!part) continue;
      const to = part.first[page + 1];
      for (let phrase = part.first[page]; phrase < to; phrase++) {
        if (!this.#read(part.chars, part.starts[phrase], part.starts[phrase + 1], table)) continue;
        const weight = part.weights[phrase];
        let had = 0;
        for (let i = 0; i < units.length; i++) {
          had += units[i].weight * quality[i];
          if (weight * quality[i] > most[i]) most[i] = weight * quality[i];
        }
        const size = sizeOf(part, phrase);
        const likeness = (weight * 2 * Math.min(had, size)) / (total + size);
        if (likeness <= found.likeness) continue;
        found.likeness = likeness;
        found.filled = Math.min(had / size, 1);
        found.part = part;
        found.phrase = phrase - part.first[page];
      }
    }
    for (let i = 0; i < units.length; i++) found.coverage += (units[i].weight * most[i]) / total;
    return found;
  }

  /** Note how well a phrase answers to each unit; return whether it answers at all. */
  #read(chars, from, to, { masks, initials, worths }) {
    const { quality, lengths } = this;
    let any = 0;
    for (let at = from; at < to; at++) {
      const number = chars[at];
      const mask = masks[number];
      if (mask && !any) quality.fill(0);
      any |= mask;
      for (let rest = mask; rest; rest &= rest - 1) {
        const i = lowest(rest);
        const worth = worths[i][number];
        const initial = (initials[number] >>> i) & 1;
        const sides = initial ? INITIALS : CLEAR;
        let length = 1;
        let best = worth * sides[1];
        for (let n = 0; n < (initial ? 1 : NEIGHBOURS.length); n++) {
          const { units, places, closeness } = NEIGHBOURS[n];
          const before = i - units;
          const place = at - places;
          if (before < 0 || place < from || !((masks[chars[place]] >>> before) & 1)) continue;
          const row = Math.min(lengths[(place % 3) * LONGEST + before] + 1, 4);
          const side = closeness * sides[row];
          if (row > length) length = row;
          if (worth * side > best) best = worth * side;
          const other = worths[before][chars[place]] * side;
          if (other > quality[before]) quality[before] = other;
        }
        if (best > quality[i]) quality[i] = best;
        lengths[(at % 3) * LONGEST + i] = length;
      }
    }
    return any !== 0;
  }
}

/** Which units each character answers to. */
class Table {
  constructor(units, name, alphabet) {
    this.masks = new Int32Array(alphabet.size);
    this.initials = new Int32Array(alphabet.size);
    this.worths = units.map((unit) => unit[name].worths);
    units.forEach((unit, i) => {
      for (const number of unit[name].numbers) this.masks[number] |= 1 << i;
      for (const number of unit[name].initials) this.initials[number] |= 1 << i;
    });
  }
}

/** Note with a unit what of the site answers to it: people type on, and most units stay. */
function prepare(unit, site) {
  if (unit.most) return;
  unit.names = new Answers(unit, "keys", site);
  unit.texts = new Answers(unit, "sure", site);
  unit.most = new Float32Array(site.docs.length);
  for (const { first, names } of site.blocks) unit.names.note(names, unit.most, first);
  unit.mostInside = unit.most.slice();
  for (const { first, texts } of site.blocks) if (texts) unit.texts.note(texts, unit.mostInside, first);
}

/** The characters that answer to a unit, and how well. */
class Answers {
  constructor(unit, keys, { alphabet, reader }) {
    this.worths = new Float32Array(alphabet.size);
    this.numbers = [];
    this.initials = []; // those that only begin with its letter; the letter itself is no initial
    this.ways = new Map(); // how well → which
    for (const [key, worth] of unit[keys]) {
      for (const char of reader.sounding(key)) {
        const number = alphabet.number(char);
        if (number) this.#add(number, char === unit.char ? 1 : worth, unit.initial && !unit.keys.has(char));
      }
    }
  }

  #add(number, worth, initial) {
    this.numbers.push(number);
    if (initial) this.initials.push(number);
    this.worths[number] = Math.max(this.worths[number], worth);
    if (!this.ways.has(worth)) this.ways.set(worth, []);
    this.ways.get(worth).push(number);
  }

  /** Note for each page of a part how well it may answer. */
  note(part, most, first) {
    for (const [worth, numbers] of this.ways) {
      part.pagesWith(numbers).forEach((pages, word) => {
        for (let rest = pages; rest; rest &= rest - 1) {
          const page = first + word * 32 + lowest(rest);
          most[page] = Math.max(most[page], worth * part.most);
        }
      });
    }
  }
}

function lowest(mask) {
  return 31 - Math.clz32(mask & -mask);
}
