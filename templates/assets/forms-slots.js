// While there is a network: how many places each half-hour still has.

export function offerFreeSlots(form, root, words) {
  if (!form.querySelector('[name="slot"]')) return;
  const update = () => annotate(form, root, words).catch(() => reset(form));
  form.addEventListener("change", ({ target }) => {
    if (/^(matter|township|date(_[23])?)$/.test(target.name)) update();
  });
  update();
}

async function annotate(form, root, words) {
  const { matter, township } = form.elements;
  reset(form);
  if (!matter.value) return;
  for (const suffix of ["", "_2", "_3"]) {
    const date = form.elements[`date${suffix}`]?.value;
    if (date) mark(form.elements[`slot${suffix}`], await freeOn(root, matter.value, township?.value, date), words);
  }
}

async function freeOn(root, matter, township, date) {
  const url = new URL("api/slots", root);
  url.search = new URLSearchParams({ matter, from: date, ...(township && { township }) });
  const response = await fetch(url, { credentials: "omit" });
  const { slots } = await response.json();
  return new Map(slots.filter((slot) => slot.date === date).map(({ slot, free }) => [slot, free]));
}

function mark(select, free, words) {
  for (const option of [...select.options].slice(1)) {
    option.dataset.label ??= option.textContent;
    const left = free.get(option.value);
    option.disabled = !left;
    option.textContent = `${option.dataset.label}（${left ? `${words.free} ${left}` : words.full}）`;
  }
}

function reset(form) {
  for (const option of form.querySelectorAll("option[data-label]")) {
    option.textContent = option.dataset.label;
    option.disabled = false;
  }
}
