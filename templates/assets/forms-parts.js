// The pieces of HTML that templates/partials/sending.html provides, in the page's own script.

export const words = JSON.parse(document.querySelector("[data-words]").textContent);

export function part(name) {
  const template = document.querySelector(`template[data-part="${name}"]`);
  return template.content.firstElementChild.cloneNode(true);
}

/** Show a part instead of the form, with the focus on its heading. */
export function show(name, form) {
  const section = part(name);
  document.querySelectorAll(".error-summary").forEach((summary) => summary.remove());
  form.hidden = true;
  form.after(section);
  section.querySelector("h2").focus();
  return section;
}

/** What was wrong with an item: field name, sentence, and what may have been meant. */
export function wrongs({ errors = [], detail }) {
  if (errors.length === 0) return [["", detail || words.large]];
  return errors.map(({ pointer, message, choices }) => [pointer.slice(1), message, choices]);
}
