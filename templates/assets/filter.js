// Narrows a list down to the entries that carry every ticked tag and hold the typed words.
addEventListener("newpage", begin);
begin();

function begin() {
  const filter = document.querySelector("[data-filter][hidden]"); // until it works
  if (!filter) return;
  const entries = [...document.querySelectorAll("[data-tags]")];
  const groups = [...document.querySelectorAll("[data-group]")];

  const apply = () => {
    const wanted = [...filter.querySelectorAll("[name=only]:checked")].map((box) => box.value);
    const text = (filter.querySelector("[name=text]")?.value || "").trim().toLowerCase();
    for (const entry of entries) {
      const tags = entry.dataset.tags.split(" ");
      const words = entry.dataset.text || "";
      entry.hidden = !wanted.every((tag) => tags.includes(tag)) || !words.toLowerCase().includes(text);
    }
    for (const group of groups) group.hidden = !group.querySelector("[data-tags]:not([hidden])");
    filter.querySelector("[data-count]").textContent = entries.filter((e) => !e.hidden).length;
  };

  filter.hidden = false;
  filter.addEventListener("input", apply);
  apply();
}
