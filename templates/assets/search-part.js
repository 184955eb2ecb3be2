// What is searched, as it is compared: a thousand pages' names, or what stands inside them, one
// character after the other. Which pages have a character is one bit for each page, so that a
// query reads only pages that may win. Nothing is built here but by one walk over the text.

const NO_WORD = 0xffff;

/** The characters of this site, numbered from 1 as they come. */
export class Alphabet {
  constructor() {
    this.numbers = new Uint16Array(1 << 16); // by code; 0 until it comes, also of signs and capitals
    this.codes = [0];
  }

  get size() {
    return this.codes.length;
  }

  /** The number of a character as it is compared; 0 when no page has it. */
  number(char) {
    const number = char.length === 1 ? this.numbers[char.charCodeAt(0)] : 0;
    return number === NO_WORD ? 0 : number;
  }

  text(numbers) {
    let text = "";
    for (const number of numbers) text += String.fromCharCode(this.codes[number]);
    return text;
  }

  numbersOf(chars) {
    return [...chars].map((char) => this.number(char)).filter(Boolean);
  }

  /** Number a character of a page that comes for the first time; NO_WORD for what is none. */
  learn(code) {
    const folded = fold(code);
    if (!folded) this.numbers[code] = NO_WORD;
    else this.numbers[code] = this.numbers[folded] ||= this.codes.push(folded) - 1;
    return this.numbers[code];
  }
}

export class Part {
  /**
   * `text` has a line for each page; TABs divide its phrases, two of them begin the phrases that
   * have the next one of the `weights`.
   */
  constructor(text, weights, alphabet) {
    this.lines = text.split("\n");
    this.alphabet = alphabet;
    this.chars = new Uint16Array(text.length);
    this.starts = []; // where each phrase begins
    this.weights = []; // of each phrase
    this.first = []; // each page's first phrase
    this.most = Math.max(...weights);
    this.#read(text, weights);
    this.sizes = new Float64Array(this.weights.length); // what finding a phrase is worth, once known
    this.words = Math.ceil(this.lines.length / 32);
    this.bits = new Uint32Array(alphabet.size * this.words);
    for (let page = 0; page < this.lines.length; page++) this.#note(page);
  }

  #read(text, weights) {
    const { alphabet, chars } = this;
    const { numbers } = alphabet;
    let [from, begin, length, weight] = [0, 0, 0, 0];
    this.first.push(0);
    for (let at = 0; at <= text.length; at++) {
      const code = at < text.length ? text.charCodeAt(at) : LINE;
      if (code !== TAB && code !== LINE) {
        const number = numbers[code] || alphabet.learn(code);
        if (number !== NO_WORD) chars[length++] = number;
        continue;
      }
      if (at > from) {
        this.starts.push(begin);
        this.weights.push(weights[weight]);
      } else weight = Math.min(weight + 1, weights.length - 1);
      [from, begin] = [at + 1, length];
      if (code === LINE) {
        this.first.push(this.weights.length);
        weight = 0;
      }
    }
    this.starts.push(length);
  }

  #note(page) {
    const bit = 1 << (page & 31);
    const word = page >> 5;
    const to = this.starts[this.first[page + 1]];
    const { bits, chars, words } = this;
    for (let at = this.starts[this.first[page]]; at < to; at++) bits[chars[at] * words + word] |= bit;
  }

  /** One bit for each page: whether it has one of the characters, given by their numbers. */
  pagesWith(numbers) {
    const pages = new Uint32Array(this.words);
    for (const number of numbers) {
      const from = number * this.words; // a character that came later is beyond the end: undefined
      for (let word = 0; word < this.words; word++) pages[word] |= this.bits[from + word];
    }
    return pages;
  }

  /** How many pages have one of the characters. */
  count(numbers) {
    return this.pagesWith(numbers).reduce((sum, word) => sum + ones(word), 0);
  }

  /** A page's phrases as people wrote them. */
  phrases(page) {
    return this.lines[page].split("\t").filter(Boolean);
  }

  /** The characters of a phrase as they are compared. */
  numbers(phrase) {
    return this.chars.subarray(this.starts[phrase], this.starts[phrase + 1]);
  }
}

const TAB = 9;
const LINE = 10;

/** The same as Reader.foldName, for one character. */
function fold(code) {
  if (code >= 0x3400 && code <= 0x9fff) return code;
  const ascii = code >= 0xff01 && code <= 0xff5e ? code - 0xfee0 : code;
  if (ascii >= 65 && ascii <= 90) return ascii + 32;
  return (ascii >= 97 && ascii <= 122) || (ascii >= 48 && ascii <= 57) ? ascii : 0;
}

function ones(word) {
  let count = 0;
  for (let rest = word; rest; rest &= rest - 1) count++;
  return count;
}
