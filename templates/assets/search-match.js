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
  constructor(list, inside, alphabet, reader) {
    this.units = list.slice(0, LONGEST);
    this.total = this.units.reduce((sum, unit) => sum + unit.weight, 0);
    this.tables = [["names", new Table(this.units, "keys", alphabet, reader)]];
    if (inside) this.tables.push(["texts", new Table(this.units, "sure", alphabet, reader)]);
    this.quality = new Float32Array(LONGEST);
    this.lengths = new Uint8Array(3 * LONGEST); // of the rows that end at the last three places
  }

  /** Add to `reach`, for each page of a block, the most that it may answer of the units' weight. */
  reach(block, reach) {
    this.units.forEach(({ weight }, i) => {
      const ways = this.tables.flatMap(([name, table]) => table.ways(i, block[name]));
      ways.sort((a, b) => b.worth - a.worth);
      const seen = new Uint32Array(Math.ceil(block.kinds.length / 32));
      for (const { worth, pages } of ways) {
        for (let word = 0; word < seen.length; word++) {
          let fresh = pages[word] & ~seen[word];
          seen[word] |= fresh;
          for (; fresh; fresh &= fresh - 1) reach[block.first + word * 32 + lowest(fresh)] += weight * worth;
        }
      }
    });
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
    const count = this.units.length;
    let any = 0;
    for (let at = from; at < to; at++) {
      const number = chars[at];
      const mask = masks[number];
      if (mask && !any) quality.fill(0);
      any |= mask;
      for (let rest = mask; rest; rest &= rest - 1) {
        const i = lowest(rest);
        const worth = worths[number * count + i];
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
          const other = worths[chars[place] * count + before] * side;
          if (other > quality[before]) quality[before] = other;
        }
        if (best > quality[i]) quality[i] = best;
        lengths[(at % 3) * LONGEST + i] = length;
      }
    }
    return any !== 0;
  }
}

/** Which units each character answers to, and how well. */
class Table {
  constructor(units, keys, alphabet, reader) {
    this.masks = new Int32Array(alphabet.size);
    this.initials = new Int32Array(alphabet.size);
    this.worths = new Float32Array(alphabet.size * units.length);
    this.answering = units.map((unit, i) => {
      const numbers = new Map(); // how well → the characters
      for (const [key, worth] of unit[keys]) {
        for (const char of reader.sounding(key)) {
          const number = alphabet.number(char);
          if (number) this.#note(number, i, units, char === unit.char ? 1 : worth, char, numbers);
        }
      }
      return numbers;
    });
  }

  #note(number, i, units, worth, char, numbers) {
    const place = number * units.length + i;
    this.masks[number] |= 1 << i;
    if (units[i].initial && !units[i].keys.has(char)) this.initials[number] |= 1 << i; // the letter itself is no initial
    this.worths[place] = Math.max(this.worths[place], worth);
    if (!numbers.has(worth)) numbers.set(worth, []);
    numbers.get(worth).push(number);
  }

  /** How the pages of a part may answer to a unit: how well, and which pages. */
  ways(i, part) {
    if (!part) return [];
    return [...this.answering[i]].map(([worth, numbers]) => ({ worth: worth * part.most, pages: part.pagesWith(numbers) }));
  }
}

function lowest(mask) {
  return 31 - Math.clz32(mask & -mask);
}
