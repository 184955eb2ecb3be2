// Understands a question: which of a matter's facets, and which matter. Deterministic: the same
// question always gets the same answer, and a question it does not understand gets none.
// No page, no network in here: the same code runs in the page and in tests/evaluation.

/** How sure it must be: the share of the question's meaning that was found … */
const SURE = 0.6;
const LIKELY = 0.4;
/** … or the share of a name that the question has, if the name is long enough to be no chance. */
const NAMED = 0.85;
const LONG_ENOUGH = 3;
const SURE_OF_A_PAGE = 0.75;
const ALONE = 0.75;
/** Candidates are this close to the best one. */
const CLOSE = 0.75;
/** What a package answers; for anything else a matter is needed. */
const OF_A_PACKAGE = ["process", "materials", "time"];
/** A package is offered when somebody wants to open a shop and it fits this well beside the best. */
const PACKAGE = 0.6;

export class Asking {
  /** `engine` finds matters, `words` is data/ask.json. */
  constructor(engine, words) {
    this.engine = engine;
    this.words = words;
    this.spelled = new Map();
  }

  /**
   * Return {facet, doc, others}: what is asked of which document, and other likely ones. Without
   * `doc` it is unsure (`others` are the candidates) or, with the facet "decline", it cannot
   * help; `why` then says beyond, elsewhere, chat or unknown. `before` is the document the
   * conversation was about.
   */
  understand(question, before = null) {
    const text = this.engine.reader.fold(question);
    for (const why of ["elsewhere", "beyond", "chat"]) {
      if (this.words[why].some((word) => text.includes(word) && !this.#inTheName(word, text))) return decline(why);
    }
    const { facet, rest } = this.#facet(text);
    const meaningful = this.#meaning(rest);
    if (!meaningful) return before && facet ? { facet, doc: before, others: [] } : this.#withoutMatter(text, facet);
    const hits = this.engine.search(rest, { limit: 8, plain: true });
    const answer = this.#choose(hits, facet, text);
    if (before && facet && (!answer.doc || answer.unsure)) return { facet, doc: before, others: [] };
    return answer;
  }

  #choose(hits, facet, text) {
    const [best] = hits.filter(({ doc }) => doc.kind !== "article");
    if (!best || !likely(best)) return decline("unknown");
    const wish = OF_A_PACKAGE.includes(facet ?? "process");
    const fitting = hits.find((h) => h.doc.kind === "package" && h.score >= PACKAGE * best.score && h.coverage >= SURE * 0.8);
    if (wish && fitting && this.words.wishes.some((word) => text.includes(word))) {
      return { facet: facet ?? "process", doc: fitting.doc, others: docs(hits, fitting, best) };
    }
    const matters = hits.filter(({ doc }) => doc.facts || (wish && doc.kind === "package"));
    const [top] = matters;
    if (best.doc !== top?.doc && best.coverage >= SURE_OF_A_PAGE && best.score > 1.1 * (top?.score ?? 0)) {
      return { facet: facet || "where", doc: best.doc, others: [] };
    }
    if (!top || !likely(top)) return decline("unknown");
    if (top.coverage < SURE && !named(top) && !alone(matters)) return { facet: facet || "process", doc: null, others: docs(matters, null, top), unsure: true };
    return { facet: facet || "process", doc: top.doc, others: docs(matters, top, top) };
  }

  /** Nothing but a facet: ask which matter. Nothing at all: cannot help. */
  #withoutMatter(text, facet) {
    const [page] = this.engine.search(text, { limit: 1, plain: true, accept: (doc) => !doc.facts });
    if (page?.coverage >= SURE_OF_A_PAGE) return { facet: facet || "where", doc: page.doc, others: [] };
    return facet && facet !== "process" ? { facet, doc: null, others: [] } : decline("unknown");
  }

  /** The facet with the longest word in the text, and the text without that facet's words. */
  #facet(text) {
    for (const facets of [this.words.facets, this.words.vague]) {
      const facet = this.#longestSaid(facets, text);
      if (facet) return { facet, rest: this.#without(facets[facet], text) };
    }
    return { rest: text };
  }

  #longestSaid(facets, text) {
    const said = Object.entries(facets).flatMap(([facet, words]) =>
      words.filter((word) => this.#said(word, text)).map((word) => ({ facet, length: word.length })),
    );
    return said.sort((a, b) => b.length - a.length)[0]?.facet;
  }

  #without(words, text) {
    let rest = text;
    for (const word of [...words].sort((a, b) => b.length - a.length)) {
      const said = this.#said(word, rest);
      if (said) rest = rest.replace(said, " ");
    }
    return rest.trim();
  }

  /** The word as it stands in the text, in characters or spelled in pinyin; none inside a name. */
  #said(word, text) {
    if (text.includes(word)) return this.#inTheName(word, text) ? undefined : word;
    if (/[\u3400-\u9fff]/.test(text)) return undefined;
    const spelled = this.#spell(word);
    return text.match(new RegExp(`(?<![a-z])${spelled.join(" ?")}(?![a-z])`))?.[0];
  }

  #spell(word) {
    if (!this.spelled.has(word)) this.spelled.set(word, [...word].map((char) => this.engine.reader.read(char)[0]));
    return this.spelled.get(word);
  }

  #inTheName(word, text) {
    return this.engine.withinName(text, text.indexOf(word), word.length);
  }

  #meaning(text) {
    return this.engine.means(text);
  }
}

function likely(hit) {
  return hit.coverage >= LIKELY || named(hit);
}

/** Whether the best is far ahead of the next. */
function alone([top, next]) {
  return !next || next.score < ALONE * top.score;
}

function named({ filled, phrase }) {
  return filled >= NAMED && phrase.length >= LONG_ENOUGH;
}

function docs(hits, but, best) {
  return hits.filter((h) => h !== but && h.score >= CLOSE * best.score).slice(0, 3).map(({ doc }) => doc);
}

function decline(why) {
  return { facet: "decline", doc: null, others: [], why };
}

/** Hide what looks like an identity card or a telephone number before it is shown or kept. */
export function masked(text) {
  return text.normalize("NFKC").replace(/\d[\d\s-]{5,}[\dXx]/g, (digits) => digits.slice(0, 2) + "＊".repeat(6));
}
