// The barrier-free toolbar (partials/toolbar.html). A button either steps a value (data-by) or sets
// it (name, value); what needs more than a style has its own file.
import { announce } from "./toolbar-announce.js";
import { follow } from "./toolbar-pointed.js";
import { showRuler } from "./toolbar-ruler.js";
import { closeCaption, showCaption } from "./caption.js";
import { pause, readPage, say, stop } from "./speech.js";

const { read, change } = window.modes;
const LEAST = { size: 0, zoom: 0, speed: -3 };
const MOST = { size: 4, zoom: 3, speed: 3 };
const AMOUNTS = { size: [100, 115, 140, 170, 200], zoom: [100, 125, 150, 200] };
const FOLLOWERS = { point: say, caption: showCaption, ruler: showRuler };

const template = document.querySelector("template[data-toolbar]");
const bar = template.content.firstElementChild.cloneNode(true);
const help = bar.querySelector("dialog");
bar.hidden = true;
template.after(bar);
bar.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (button) act(button);
});
addEventListener("modes", show);
help.addEventListener("click", ({ target }) => target.closest("a") && help.close()); // before the page it leads to comes
addEventListener("keydown", ({ key }) => key === "Escape" && stop());
show();

/** Open or close the toolbar, and remember it. */
export function toggle(opener) {
  const open = bar.hidden;
  change({ toolbar: open });
  place(opener);
  if (open) bar.querySelector("button").focus();
}

/** Put the toolbar as the person left it on another page. */
export function restore(opener) {
  place(opener);
}

/** Do what the button with this shortcut does, and say so. */
export function press(shortcut) {
  const button = bar.querySelector(`[aria-keyshortcuts="${shortcut}"]`);
  if (!button) return;
  act(button);
  const { on, off } = bar.dataset;
  const pressed = button.getAttribute("aria-pressed");
  const state = amount(button) ?? { true: on, false: off }[pressed] ?? "";
  announce(`${button.textContent.trim()} ${state}`);
}

/** Do what a button of the toolbar or of the dock is for. */
export function act(button) {
  const { action, by } = button.dataset;
  if (action) ACTIONS[action]();
  else if (by) step(button.name, Number(by));
  else change({ [button.name]: isSet(button) ? "" : button.value });
}

const ACTIONS = {
  read: readPage,
  pause,
  stop,
  reset() {
    stop();
    const { script, toolbar } = read();
    const nothing = Object.fromEntries(Object.keys(read()).map((name) => [name, ""]));
    change({ ...nothing, script, toolbar });
  },
  help: () => help.showModal(),
  close() {
    change({ toolbar: false });
    const opener = document.querySelector("button[data-switch=toolbar]");
    place(opener);
    opener.focus();
  },
  "close-caption": () => change({ caption: "" }),
};

function place(opener) {
  bar.hidden = !read().toolbar;
  opener.setAttribute("aria-expanded", String(!bar.hidden));
}

function step(name, by) {
  const value = Number(read()[name] || 0) + by;
  change({ [name]: Math.min(MOST[name], Math.max(LEAST[name], value)) });
}

/** Show the state of every button, and start or end what follows the pointer. */
function show() {
  const chosen = read();
  for (const button of bar.querySelectorAll("button[name]:not([data-by])")) {
    button.setAttribute("aria-pressed", String(isSet(button)));
  }
  for (const output of bar.querySelectorAll("output")) {
    output.textContent = `${AMOUNTS[output.dataset.shows][chosen[output.dataset.shows] || 0]}%`;
  }
  for (const [name, follower] of Object.entries(FOLLOWERS)) follow(follower, Boolean(chosen[name]));
  if (!chosen.caption) closeCaption();
  if (!chosen.ruler) showRuler();
}

function amount({ dataset, parentElement }) {
  return dataset.by && parentElement.querySelector("output")?.textContent;
}

function isSet({ name, value }) {
  return (read()[name] || "") === value;
}
