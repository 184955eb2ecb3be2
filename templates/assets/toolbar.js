// Every page: the switches of the masthead. What people use now and then is loaded when they do.
import { announce } from "./toolbar-announce.js";

const { read, change } = window.modes;
const root = document.documentElement;

for (const link of document.querySelectorAll("[data-switch=senior], [data-switch=standard]")) {
  link.addEventListener("click", (event) => switchMode(event, link));
}
for (const link of document.querySelectorAll("[data-switch=script]")) {
  link.addEventListener("click", () => {
    change({ script: root.lang === "zh-Hans" ? "zh-Hant" : "zh-Hans" });
  });
}
document.querySelector("[data-stay]")?.addEventListener("click", () => {
  change({ script: root.lang });
  root.removeAttribute("data-offer");
});
keepSeniorHome();
addEventListener("modes", keepSeniorHome);
addEventListener("newpage", keepSeniorHome);

const opener = asButton(document.querySelector("[data-switch=toolbar]"));
opener.setAttribute("aria-expanded", "false");
opener.setAttribute("aria-keyshortcuts", "Alt+Shift+0");
opener.addEventListener("click", async () => (await panel()).toggle(opener));
addEventListener("keydown", async (event) => {
  if (!event.altKey || !event.shiftKey || !event.code.startsWith("Digit")) return;
  event.preventDefault();
  if (event.code === "Digit0") opener.click();
  else (await panel()).press(`Alt+Shift+${event.code.at(-1)}`);
});

const { toolbar, caption, point, ruler } = read();
if (toolbar || caption || point || ruler) panel().then(({ restore }) => restore(opener));
for (const button of document.querySelectorAll(".dock button")) {
  button.hidden = false;
  button.addEventListener("click", async () => (await panel()).act(button));
}
offerToRead();
addEventListener("modes", offerToRead);
addEventListener("newpage", offerToRead);
reserveRoomForTheDock();

function panel() {
  return import("./toolbar-panel.js");
}

/** Off the home pages a switch stays on the page; on them it leads to the other home. */
function switchMode(event, link) {
  const mode = link.dataset.switch === "senior" ? "senior" : "";
  change({ mode });
  if (["home", "senior"].includes(root.dataset.kind)) return;
  event.preventDefault();
  document.querySelector(`[data-switch=${mode ? "standard" : "senior"}]`).focus();
  announce(link.textContent.trim());
}

/** In senior mode 首页 is the calm home. */
function keepSeniorHome() {
  const senior = document.querySelector("[data-switch=senior]").href;
  for (const link of document.querySelectorAll("a[data-home]")) {
    link.dataset.home ||= link.getAttribute("href");
    link.href = root.dataset.mode === "senior" ? senior : link.dataset.home;
  }
}

/** In senior mode every part of a page has its own large button to listen to it. */
async function offerToRead() {
  if (root.dataset.mode === "senior") (await import("./speech-buttons.js")).add();
}

/** The dock at the foot of the window covers nothing: the page ends, and scrolls, above it. */
function reserveRoomForTheDock() {
  const dock = document.querySelector("[data-dock]");
  let reserved = 0;
  new ResizeObserver(() => {
    if (dock.offsetHeight === reserved) return; // a change styles every element anew
    reserved = dock.offsetHeight;
    root.style.setProperty("--dock", `${reserved}px`);
  }).observe(dock);
}

/** A link that leads to words about a tool becomes the tool. */
function asButton(link) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = link.className;
  button.dataset.switch = link.dataset.switch;
  button.append(...link.childNodes);
  link.replaceWith(button);
  return button;
}
