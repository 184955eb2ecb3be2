// Senior mode: a large button below each heading reads this part, or the whole page.
import { blocks, partOf } from "./speech-text.js";

const template = document.querySelector("template[data-listen]");

/** Add the buttons, once. Styles hide them outside senior mode. */
export function add() {
  const main = document.querySelector("main");
  if (main.querySelector(".listen")) return;
  for (const heading of main.querySelectorAll("h1, h2")) {
    if (heading.closest("nav, [aria-hidden=true], .visually-hidden, .error-summary")) continue;
    const whole = heading.tagName === "H1";
    const button = template.content.firstElementChild.cloneNode(true);
    button.firstElementChild.textContent = whole ? template.dataset.page : template.dataset.part;
    if (!whole) button.lastElementChild.textContent = heading.textContent;
    heading.after(button);
    button.addEventListener("click", async () => {
      const { readBlocks } = await import("./speech.js");
      readBlocks(blocks(...(whole ? [main] : partOf(heading))));
    });
  }
}
