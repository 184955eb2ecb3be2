// What there is to read aloud, in the order of the page.

const BLOCK = "h1, h2, h3, h4, p, li, dt, dd, td, th, caption, legend, label, summary, figcaption";
const SILENT =
  "nav, button, select, template, script, style, svg, [aria-hidden=true], .visually-hidden, .print-only";

/** Return the text of every visible block inside `elements`: [{element, text}]. */
export function blocks(...elements) {
  const found = [];
  for (const element of elements) {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) add(found, walker.currentNode);
  }
  return found;
}

/** Return a heading and what stands below it, up to the next heading of its rank. */
export function partOf(heading) {
  const part = [heading];
  let next = heading.nextElementSibling;
  while (next && next.tagName > heading.tagName | !/^H\d$/.test(next.tagName)) {
    part.push(next);
    next = next.nextElementSibling;
  }
  return part;
}

/** Cut text where one breathes: voices stop by themselves in long texts. */
export function breaths(text) {
  return text.match(/[^。；！？，、：]{1,60}[。；！？，、：]*/g) ?? [];
}

function add(found, { data, parentElement }) {
  const text = data.replace(/\s+/g, " ");
  if (!text.trim() || parentElement.closest(SILENT) || !parentElement.checkVisibility()) return;
  const element = parentElement.closest(BLOCK) ?? parentElement;
  const last = found.at(-1);
  if (last?.element === element) last.text += text;
  else found.push({ element, text });
}
