// The checklist of a guide or package: ticks are kept on this device only; and the print buttons.
addEventListener("newpage", begin);
begin();

/** What does not work yet is hidden. */
function begin() {
  for (const button of document.querySelectorAll("[data-print][hidden], [hidden] > [data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
  const list = document.querySelector("[data-checklist]");
  const tools = document.querySelector("[data-check-tools][hidden]");
  if (list && tools) keepTicks(list, tools);
}

function keepTicks(list, tools) {
  const key = `checklist:${list.dataset.checklist}`;
  const boxes = [...list.querySelectorAll("input[type=checkbox]")];
  const ticked = () => boxes.filter((box) => box.checked);
  const visible = (box) => !box.closest("[hidden]");

  const read = () => {
    try {
      return JSON.parse(localStorage.getItem(key)) || [];
    } catch {
      return [];
    }
  };
  const write = (names) => {
    try {
      if (names.length) localStorage.setItem(key, JSON.stringify(names));
      else localStorage.removeItem(key);
    } catch {
      // A private window may refuse storage: the list still works until the page is closed.
    }
  };
  const show = () => {
    tools.querySelector("[data-done]").textContent = ticked().filter(visible).length;
    tools.querySelector("[data-total]").textContent = boxes.filter(visible).length;
  };
  const save = () => {
    write(ticked().map((box) => box.name));
    show();
  };

  const kept = new Set(read());
  for (const box of boxes) box.checked ||= kept.has(box.name); // who was quicker than this script keeps the tick
  list.addEventListener("change", save);
  tools.querySelector("[data-clear]").addEventListener("click", () => {
    for (const box of boxes) box.checked = false;
    save();
  });
  // package.js hides what the answers make needless.
  list.closest("main").addEventListener("list-changed", show, true);
  tools.hidden = false;
  save();
}
