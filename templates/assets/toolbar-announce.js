// Says what has changed to people who cannot see it. The words come from the page.

/** Have a screen reader say `text` when it is free. */
export function announce(text) {
  document.querySelector("[data-announced]").textContent = text;
}
