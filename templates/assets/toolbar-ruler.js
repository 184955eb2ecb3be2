// The reading guide: two lines that keep the eye on the line and at the place it reads.
const across = line("ruler-across");
const down = line("ruler-down");

function line(name) {
  const element = document.createElement("div");
  element.className = `ruler ${name}`;
  element.hidden = true;
  return element;
}

addEventListener("newpage", () => showRuler());

/** Show the guide at an element; without one, put it away. */
export function showRuler(_text, element) {
  across.hidden = down.hidden = !element;
  if (!element) return removeEventListener("pointermove", move);
  document.body.append(across, down);
  addEventListener("pointermove", move);
  const { left, bottom } = element.getBoundingClientRect();
  move({ clientX: left, clientY: bottom });
}

function move({ clientX, clientY }) {
  across.style.translate = `0 ${clientY}px`;
  down.style.translate = `${clientX}px 0`;
}
