// Narrows a list down to the entries that carry every ticked tag and hold the typed words.
const form = document.querySelector("[data-filter]");
const entries = [...document.querySelectorAll("[data-tags]")];

const apply = () => {
  const answers = new FormData(form);
  const wanted = answers.getAll("only");
  const text = (answers.get("text") || "").trim().toLowerCase();
  for (const entry of entries) {
    const tags = entry.dataset.tags.split(" ");
    const words = entry.dataset.text || "";
    entry.hidden = !wanted.every((tag) => tags.includes(tag)) || !words.toLowerCase().includes(text);
  }
  for (const group of document.querySelectorAll("[data-group]")) {
    group.hidden = !group.querySelector("[data-tags]:not([hidden])");
  }
  form.querySelector("[data-count]").textContent = entries.filter((e) => !e.hidden).length;
};

if (form) {
  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  apply();
}
