// A package's questions on one page: each answer adds and drops matters, and the list, the figures
// and the booking link follow. The same is told without scripts by a page for every case.
const words = (text) => text.split(" ").filter(Boolean);
const number = (matter, name) => Number(matter.dataset[name]);
const sum = (list, name) => list.reduce((total, matter) => total + number(matter, name), 0);

addEventListener("newpage", begin);
begin();

function begin() {
  const form = document.querySelector("[data-questions][hidden]"); // until it works
  if (!form) return;
  const root = form.closest("[data-package]");
  const matters = [...root.querySelectorAll("[data-matter]")];
  const items = [...root.querySelectorAll("[data-item]")];
  const usual = matters.filter((matter) => !matter.hidden).map((matter) => matter.dataset.matter);
  const promised = Number(root.dataset.promised);

  const wanted = () => {
    const answers = [...form.querySelectorAll("input:checked")];
    const ids = new Set([...usual, ...answers.flatMap((a) => words(a.dataset.adds))]);
    for (const answer of answers) for (const id of words(answer.dataset.drops)) ids.delete(id);
    return ids;
  };

  const show = (name, value) => {
    for (const out of root.querySelectorAll(`[data-out="${name}"]`)) out.textContent = value;
  };

  const say = (figures) => {
    const text = document.getElementById("package-words").content.textContent;
    root.querySelector("[data-said]").textContent = text.replace(/{(\w+)}/g, (_, name) => figures[name]);
  };

  // A material goes by its common name where several matters ask for it, else by its matter's own.
  const nameItem = (item, uses) => {
    const label = item.querySelector(".check-name [data-name]");
    const several = new Set(uses.map((use) => use.dataset.use)).size > 1;
    if (uses.length) label.textContent = (several ? label : uses[0]).dataset.name;
  };

  const apply = () => {
    const ids = wanted();
    for (const matter of matters) matter.hidden = !ids.has(matter.dataset.matter);
    for (const item of items) {
      const uses = [...item.querySelectorAll("[data-use]")];
      for (const use of uses) use.hidden = !ids.has(use.dataset.use);
      const asked = uses.filter((use) => !use.hidden);
      item.hidden = !asked.length;
      nameItem(item, asked);
    }
    const chosen = matters.filter((matter) => !matter.hidden);
    const separateVisits = sum(chosen, "visits");
    const separateDays = sum(chosen, "days");
    const together = Math.max(promised, ...chosen.map((matter) => number(matter, "days")));
    const figures = {
      matters: chosen.length,
      materials: items.filter((item) => !item.hidden).length,
      days: Math.min(together, separateDays),
      visits: Math.min(1, separateVisits),
      "separate-materials": sum(chosen, "materials"),
      "separate-days": separateDays,
      "separate-visits": separateVisits,
    };
    for (const [name, value] of Object.entries(figures)) show(name, value);
    const book = root.querySelector("[data-book]");
    if (chosen.length) book.href = book.href.replace(/matter=.*/, `matter=${chosen[0].dataset.matter}`);
    root.dispatchEvent(new CustomEvent("list-changed"));
    return figures;
  };

  form.hidden = false;
  root.querySelector("[data-steps]").hidden = true;
  form.addEventListener("change", () => say(apply()));
  form.querySelector("[data-reset]").addEventListener("click", () => {
    for (const answer of form.querySelectorAll("input:checked")) answer.checked = false;
    say(apply());
  });
  apply();
}
