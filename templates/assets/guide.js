// The checklist of a guide or package: ticks are kept on this device only; and the print button.
const list = document.querySelector("[data-checklist]");
const tools = document.querySelector("[data-check-tools]");
const printButton = document.querySelector("[data-print]");

if (printButton) {
  printButton.hidden = false;
  printButton.addEventListener("click", () => window.print());
}

if (list && tools) {
  const key = `checklist:${list.dataset.checklist}`;
  const boxes = [...list.querySelectorAll("input[type=checkbox]")];

  const read = () => {
    try {
      return JSON.parse(localStorage.getItem(key)) || [];
    } catch {
      return [];
    }
  };
  const write = (ticked) => {
    try {
      if (ticked.length) localStorage.setItem(key, JSON.stringify(ticked));
      else localStorage.removeItem(key);
    } catch {
      // A private window may refuse storage: the list still works until the page is closed.
    }
  };
  const show = () => {
    tools.querySelector("[data-done]").textContent = boxes.filter((box) => box.checked).length;
  };
  const save = () => {
    write(boxes.filter((box) => box.checked).map((box) => box.name));
    show();
  };

  const ticked = new Set(read());
  for (const box of boxes) box.checked = ticked.has(box.name);
  list.addEventListener("change", save);
  tools.querySelector("[data-clear]").addEventListener("click", () => {
    for (const box of boxes) box.checked = false;
    save();
  });
  tools.hidden = false;
  show();
}
