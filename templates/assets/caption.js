// The caption panel: what is pointed at or being read, in large letters, with pinyin if wanted.
const panel = document.querySelector("[data-caption]");
const line = panel.querySelector("[data-caption-text]");
const pinyinWanted = () => window.modes.read().pinyin;
let shown = "";

addEventListener("reading", ({ detail }) => window.modes.read().caption && showCaption(detail));
addEventListener("newpage", closeCaption);
addEventListener("modes", () => panel.hidden || showCaption(shown));

/** Show a text. */
export async function showCaption(text) {
  shown = text;
  panel.hidden = false;
  if (!pinyinWanted()) {
    line.textContent = text;
    return;
  }
  const { annotate } = await import("./caption-pinyin.js");
  const annotated = await annotate(text);
  if (shown === text) line.replaceChildren(...annotated);
}

/** Put the panel away. */
export function closeCaption() {
  panel.hidden = true;
}
