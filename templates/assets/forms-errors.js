// Says what is missing or wrong, before anything is sent: at the top and beside each field.

import { digitsOf, fieldsOf, holds, inputsOf, valueOf } from "./forms-fields.js";
import { part } from "./forms-parts.js";

/** Pairs of field name and sentence. Lenient: the API has the last word (form_api/answers.py). */
export function wrongAnswers(form, words) {
  return fieldsOf(form)
    .filter((field) => !field.hidden)
    .map((field) => [field.dataset.field, wrong(form, field, words)])
    .filter(([, message]) => message);
}

function wrong(form, field, words) {
  const { type, required, requiredWhen, missing, minimum, maximum } = field.dataset;
  const value = valueOf(field);
  const needed = required !== undefined || (requiredWhen && holds(form, requiredWhen));
  if (value === "") return needed ? missing : undefined;
  const label = field.querySelector("legend, label").firstChild.textContent;
  const say = (text) => text.replace("{label}", label).replace("{minimum}", minimum).replace("{maximum}", maximum);
  switch (type) {
    case "tel":
      return isPhone(value) ? undefined : words.tel;
    case "contact":
      return isPhone(value) || /^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$/.test(value) ? undefined : words.contact;
    case "number":
    case "window":
      return digitsOf(value) >= Number(minimum) && digitsOf(value) <= Number(maximum) ? undefined : say(words.number);
    case "named":
      return field.dataset.unknown === undefined ? undefined : field.dataset.ask;
    case "photos":
      return value.length > Number(maximum) ? say(words.photos) : undefined;
    default:
      return undefined;
  }
}

function isPhone(text) {
  const digits = text.normalize("NFKC").replace(/^(\+|00)86/, "").replace(/[\s()-]/g, "");
  return /^(1[3-9]\d{9}|0\d{9,11}|[48]00\d{7}|\d{5,8})$/.test(digits);
}

/** Show errors and focus on them; return whether there were none. */
export function showErrors(form, errors) {
  clear(form);
  if (errors.length === 0) return true;
  const summary = part("error-summary");
  const list = summary.querySelector("ul");
  for (const [name, message, choices] of errors) {
    const field = form.querySelector(`[data-field="${name}"]`);
    if (field) mark(field, message);
    if (field && choices) offer(field, choices);
    list.append(entry(field, message));
  }
  form.before(summary);
  summary.focus();
  return false;
}

function entry(field, message) {
  const item = document.createElement("li");
  if (!field) {
    item.textContent = message;
    return item;
  }
  const input = inputsOf(field)[0];
  input.id ||= `first-${field.dataset.field}`;
  const link = document.createElement("a");
  link.href = `#${input.id}`;
  link.textContent = message;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    input.focus();
    input.scrollIntoView({ block: "center" });
  });
  item.append(link);
  return item;
}

function mark(field, message) {
  const error = document.createElement("p");
  error.className = "error-message";
  error.id = `error-${field.dataset.field}`;
  error.textContent = message;
  const control = field.querySelector("fieldset") ?? inputsOf(field)[0];
  control.dataset.described = control.getAttribute("aria-describedby") ?? "";
  control.setAttribute("aria-describedby", `${control.dataset.described} ${error.id}`.trim());
  for (const input of inputsOf(field)) input.setAttribute("aria-invalid", "true");
  if (control.tagName === "FIELDSET") control.querySelector("legend").after(error);
  else control.before(error);
  field.classList.add("field-wrong");
}

/** One press writes a whole name, which the API knows (form_api/matters.py). */
function offer(field, choices) {
  const [input] = inputsOf(field);
  const list = document.createElement("p");
  list.className = "actions error-choices";
  for (const { label } of choices) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: label });
    button.addEventListener("click", () => {
      input.value = label;
      input.dispatchEvent(new Event("change", { bubbles: true }));
      input.focus();
    });
    list.append(button);
  }
  field.append(list);
}

function clear(form) {
  document.querySelectorAll(".error-summary").forEach((summary) => summary.remove());
  for (const field of form.querySelectorAll(".field-wrong")) {
    field.classList.remove("field-wrong");
    field.querySelectorAll(".error-message, .error-choices").forEach((told) => told.remove());
    const control = field.querySelector("[data-described]");
    if (control.dataset.described) control.setAttribute("aria-describedby", control.dataset.described);
    else control.removeAttribute("aria-describedby");
    delete control.dataset.described;
    for (const input of inputsOf(field)) input.removeAttribute("aria-invalid");
  }
}
