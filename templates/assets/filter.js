// Narrows a list down to the entries that carry every ticked tag.
const form = document.querySelector("[data-filter]");
const entries = [...document.querySelectorAll("[data-tags]")];

const apply = () => {
  const wanted = new FormData(form).getAll("only");
  for (const entry of entries) {
    const tags = entry.dataset.tags.split(" ");
    entry.hidden = !wanted.every((tag) => tags.includes(tag));
  }
  for (const group of document.querySelectorAll("[data-group]")) {
    group.hidden = !group.querySelector("[data-tags]:not([hidden])");
  }
  form.querySelector("[data-count]").textContent = entries.filter((e) => !e.hidden).length;
};

if (form) {
  form.hidden = false;
  form.addEventListener("change", apply);
  apply();
}
