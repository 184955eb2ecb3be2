// An article's tools: size of its text, printing, and how often it was read, as the form API counted
// it. A copy of the site without the API shows no number rather than a wrong one.
addEventListener("newpage", begin);
begin();

function begin() {
  const article = document.querySelector("main [data-article]:not([data-begun])");
  if (!article) return;
  article.dataset.begun = "";
  const tools = article.querySelector("[data-article-tools]");
  const text = article.querySelector(".article-text");
  const sizes = [...tools.querySelectorAll("button[data-size]")];

  for (const button of sizes) {
    button.addEventListener("click", () => {
      text.dataset.size = button.dataset.size;
      for (const other of sizes) other.setAttribute("aria-pressed", String(other === button));
    });
  }
  tools.querySelector("[data-print]").addEventListener("click", () => window.print());

  const countView = async () => {
    const answer = await fetch(new URL("../api/views", import.meta.url), {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ path: article.dataset.path }),
    });
    if (!answer.ok) return;
    const { views } = await answer.json();
    if (!Number.isInteger(views)) return;
    const place = article.querySelector("[data-views]");
    place.querySelector("[data-count]").textContent = views;
    place.dataset.views = views; // shows it (30-text.css), in the room kept for it
  };

  // Nobody should wait for a number: without network or API there is simply none.
  countView().catch(() => {});
}
