// Understands a question: which of a matter's facets, and which matter. Deterministic: the same
// question always gets the same answer, and a question it does not understand gets none.
// No page, no network in here: the same code runs in the page and in tests/evaluation.

/** It answers when this share of the question's meaning was found; with less it only offers. */
const SURE = 0.65;
const LIKELY = 0.58;
const POSSIBLE = 0.45;
/** It also answers when a name stands in the question, word for word or (longer ones) nearly. */
const LITERAL = 0.3;
const NEARLY = { coverage: 0.4, filled: 0.85, length: 3 };
/** Where nothing tells what is asked of it (油条怎么炸才脆), a name must be at least half of what was said. */
const HALF = 0.5;
/** Candidates are this close to the best one; three this close to each other are too many. */
const CLOSE = 0.75;
const ALIKE = 0.93;
/** What a package answers; for anything else a matter is needed. */
const OF_A_PACKAGE = ["process", "materials", "time"];
/** Of anything may be asked what it costs, how long it takes and where it is: not of dealing with an office. */
const OF_ANYTHING = ["fee", "time", "where"];
/** A package is offered when somebody wants to open a shop and it fits this well beside the best. */
const PACKAGE = { score: 0.6, coverage: 0.48 };
/** A page that is no matter must be about as near as the matters, or, not named, clearly ahead. */
const BESIDE = 0.9;
const SURE_OF_A_PAGE = 0.75;
const AHEAD = 1.1;

const HAN = /[\u3400-\u9fff]/;

export class Asking {
  /** `engine` finds matters, `words` is data/ask.json. */
  constructor(engine, words) {
    this.engine = engine;
    this.facets = [words.facets, words.vague].map((facets) => Object.entries(facets).map(([facet, lines]) => [facet, this.#sayings(lines)]));
    const any = (lines, flags) => new RegExp(lines.join("|") || "(?!)", flags);
    [this.dealings, this.asking, this.wishes] = [words.dealings, words.asking, words.wishes].map((lines) => any(lines));
    this.refusals = { elsewhere: any(words.elsewhere, "g"), chat: any(words.chat, "g") };
    this.beyond = any(words.beyond, "g");
  }

  /**
   * Return {facet, doc, others}: what is asked of which document, and other likely ones. Without
   * `doc` it is unsure (`others` are the candidates) or, with the facet "decline", it cannot
   * help; `why` then says beyond, elsewhere, chat or unknown. `before` is the document the
   * conversation was about.
   */
  understand(question, before = null) {
    const text = this.engine.reader.fold(question.replace(MASKED, " "));
    const why = this.#refused(text);
    if (why) return decline(why);
    const { facet, rest } = this.#facet(text);
    if (!this.engine.means(rest)) return before && facet ? answer(facet, before) : this.#withoutMatter(text, facet);
    const found = this.#choose(this.#find(rest, facet ? 0 : HALF), facet, text);
    if (before && facet && !found.doc) return answer(facet, before);
    const ofAnything = facet ? OF_ANYTHING.includes(facet) : this.asking.test(text);
    if (ofAnything && isMatter(found) && !this.#deals(text)) return { ...decline("unknown", offered(found)), asked: facet };
    return found;
  }

  /** Why there is no help here. What is done elsewhere may stand beside a matter somebody deals with. */
  #refused(text) {
    for (const [why, said] of Object.entries(this.refusals)) if (this.#stands(said, text)) return why;
    if (!this.#stands(this.beyond, text)) return undefined;
    const beside = this.#find(text.replace(this.beyond, " ")).some((hit) => hit.literal && hit.doc.facts);
    return beside && this.#deals(text) ? undefined : "beyond";
  }

  /** Whether there is a word in it of dealing with an office. */
  #deals(text) {
    return this.dealings.test(text) || !HAN.test(text);
  }

  /**
   * Hits that may be meant, best first; `named` when the question has one's name in it and at
   * least the share `least` of what was said is found.
   */
  #find(text, least = 0) {
    const hits = this.engine.search(text, { limit: 8, plain: true });
    const squeezed = this.engine.reader.fold(text).replaceAll(" ", "");
    for (const hit of hits) {
      const names = this.engine.namesOf(hit.doc);
      const nearly = hit.coverage >= Math.max(NEARLY.coverage, least) && hit.filled >= NEARLY.filled;
      const long = names.has(hit.phrase) && names.get(hit.phrase).length >= NEARLY.length;
      hit.literal = hit.coverage >= Math.max(LITERAL, least) && [...names.values()].some((name) => name.length > 1 && squeezed.includes(name));
      hit.named = hit.literal || (nearly && long);
      hit.sure = hit.named || hit.coverage >= SURE;
    }
    return hits.filter((hit) => hit.doc.kind !== "article" && (hit.sure || hit.coverage >= POSSIBLE));
  }

  #choose(hits, facet, text) {
    const package_ = this.#packageWished(hits, facet, text);
    if (package_) return package_;
    const page = this.#pageMeant(hits);
    if (page) return answer(facet ?? "where", page.doc);
    const matters = hits.filter(({ doc }) => doc.facts || (doc.kind === "package" && ofAPackage(facet)));
    const [top] = matters;
    if (!top?.sure && !(top?.coverage >= LIKELY)) return decline("unknown", top && docs(matters, top));
    if (!top.sure || tooMany(matters)) return { facet: facet ?? "process", doc: null, others: docs(matters, top) };
    return answer(facet ?? "process", top.doc, docs(matters, top, top));
  }

  /** Who wants to open a shop is shown the package rather than one of its licences. */
  #packageWished(hits, facet, text) {
    if (!ofAPackage(facet) || !this.wishes.test(text)) return undefined;
    const fitting = hits.filter(
      ({ doc, score, coverage }) => doc.kind === "package" && score >= PACKAGE.score * hits[0].score && coverage >= PACKAGE.coverage,
    );
    if (!fitting.length) return undefined;
    if (tooMany(fitting)) return { facet: facet ?? "process", doc: null, others: docs(fitting, fitting[0]) };
    return answer(facet ?? "process", fitting[0].doc, docs(hits, hits[0], fitting[0]));
  }

  /** A page beside the matters (the hall's hours, a township) that is clearly what is meant. */
  #pageMeant(hits) {
    const matter = hits.find(({ doc }) => doc.facts || doc.kind === "package");
    const page = hits.find((hit) => !hit.doc.facts && hit.doc.kind !== "package" && (hit.named || hit === hits[0]));
    if (!page || (matter && matter.named)) return undefined;
    const beside = (share) => page.score > share * (matter?.score ?? 0);
    return (page.literal && beside(BESIDE)) || (page.coverage >= SURE_OF_A_PAGE && beside(AHEAD)) ? page : undefined;
  }

  /** Nothing but a facet: a page of that name (缺材料怎么办), else ask which matter. */
  #withoutMatter(text, facet) {
    const page = this.#find(text).find((hit) => hit.literal && !hit.doc.facts);
    if (page) return answer(facet ?? "where", page.doc);
    return facet && facet !== "process" ? answer(facet, null) : decline("unknown");
  }

  /** The facet of which most is said in the text, and the text without that. */
  #facet(text) {
    for (const facets of this.facets) {
      const read = facets.map(([facet, sayings]) => ({ facet, ...this.#without(sayings, text) }));
      const [most] = read.sort((a, b) => b.said - a.said); // of two alike the one that is listed first
      if (most.said) return most;
    }
    return { rest: text };
  }

  #without(sayings, text) {
    let rest = text;
    let said = 0;
    for (let match; (match = this.#longest(sayings, rest)); said += match[0].length) {
      rest = `${rest.slice(0, match.index)} ${rest.slice(match.index + match[0].length)}`;
    }
    return { rest: rest.trim(), said };
  }

  #longest(sayings, text) {
    const matches = sayings.map((said) => this.#stands(said(text), text)).filter(Boolean);
    return matches.sort((a, b) => b[0].length - a[0].length)[0];
  }

  /** Of each line of ways to ask the expression for a text: in characters or, if it has none, in pinyin. */
  #sayings(lines) {
    return lines.map((line) => {
      const said = new RegExp(line, "g");
      let spelled;
      return (text) => (HAN.test(text) ? said : (spelled ??= this.#spelled(line)));
    });
  }

  #spelled(line) {
    const letters = line.replace(/[\u3400-\u9fff]/g, (char) => `(?:(?:${this.engine.reader.read(char).join("|")}) ?)`);
    return new RegExp(`(?<![a-z])(?:${letters})(?![a-z])`, "g");
  }

  /** The first match in the text that is not just a piece of a matter's name. */
  #stands(expression, text) {
    expression.lastIndex = 0;
    for (let match; (match = expression.exec(text))?.[0]; expression.lastIndex = match.index + 1) {
      if (!this.engine.withinName(text, match.index, match[0].length)) return match;
    }
    return undefined;
  }
}

function ofAPackage(facet) {
  return OF_A_PACKAGE.includes(facet ?? "process");
}

/** Whether nothing is named and several are as near as the best (办证, 我想开店). */
function tooMany([best, , third]) {
  return !best.named && third && third.score >= ALIKE * best.score;
}

function docs(hits, best, but = null) {
  return hits.filter((h) => h !== but && h.score >= CLOSE * best.score).slice(0, 3).map(({ doc }) => doc);
}

function answer(facet, doc, others = []) {
  return { facet, doc, others };
}

function isMatter({ doc, others }) {
  return doc ? doc.facts || doc.kind === "package" : others.length > 0;
}

function offered({ doc, others }) {
  return (doc ? [doc, ...others] : others).slice(0, 3);
}

function decline(why, others = []) {
  return { facet: "decline", doc: null, others, why };
}

const MASKED = /(身份证|电话|手机)?号?码?[是为:：\s]*\d*＊+/g;

/** Hide what looks like an identity card or a telephone number before it is shown or kept. */
export function masked(text) {
  return text.normalize("NFKC").replace(/\d[\d\s-]{5,}[\dXx]/g, (digits) => digits.slice(0, 2) + "＊".repeat(6));
}
