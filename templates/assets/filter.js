// Narrows a list down to the entries that carry every ticked tag and hold the typed words.
const filter = document.querySelector("[data-filter]");
const entries = [...document.querySelectorAll("[data-tags]")];

const apply = () => {
  const wanted = [...filter.querySelectorAll("[name=only]:checked")].map((box) => box.value);
  const text = (filter.querySelector("[name=text]")?.value || "").trim().toLowerCase();
  for (const entry of entries) {
    const tags = entry.dataset.tags.split(" ");
    const words = entry.dataset.text || "";
    entry.hidden = !wanted.every((tag) => tags.includes(tag)) || !words.toLowerCase().includes(text);
  }
  for (const group of document.querySelectorAll("[data-group]")) {
    group.hidden = !group.querySelector("[data-tags]:not([hidden])");
  }
  filter.querySelector("[data-count]").textContent = entries.filter((e) => !e.hidden).length;
};

if (filter) {
  filter.hidden = false;
  filter.addEventListener("input", apply);
  apply();
}
