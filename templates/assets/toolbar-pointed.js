// What a person points at: with a mouse, a finger or the keyboard's focus.

const READABLE =
  "a, button, summary, label, option, h1, h2, h3, h4, p, li, dt, dd, td, th, caption, legend, figcaption, input, select, textarea, img";
const followers = new Set();
let last;

/** Tell `follower(text, element)` what is pointed at, from now on or no more. */
export function follow(follower, yes) {
  if (yes) followers.add(follower);
  else followers.delete(follower);
}

for (const kind of ["pointerover", "pointerdown", "focusin"]) {
  addEventListener(kind, ({ target }) => followers.size && point(target));
}

addEventListener("newpage", () => (last = undefined));

function point(target) {
  const element = target.closest?.(READABLE);
  if (!element || element === last || element.closest("[data-dock]")) return;
  last = element;
  const text = wordsOf(element);
  if (text) for (const follower of followers) follower(text, element);
}

function wordsOf(element) {
  const field = element.labels?.length ? element.labels[0].textContent : "";
  const named = element.getAttribute("aria-label") ?? element.alt ?? "";
  const value = element.selectedOptions?.[0]?.text ?? (field && element.value !== "on" && element.value) ?? "";
  const text = field || named || element.textContent;
  return `${text} ${value || ""}`.replace(/\s+/g, " ").trim();
}
