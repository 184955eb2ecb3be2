// Reads and fills the fields of a form, as its definition says (data attributes of macros/form.html).

const REOPEN_DAYS = 7;
const LONGEST_SIDE = 1600;

export function fieldsOf(form) {
  return [...form.querySelectorAll("[data-field]")];
}

export function inputsOf(field) {
  return [...field.querySelectorAll("input, select, textarea")];
}

/** What is filled in and shown, by name; photos only with `bodyOf`. */
export function answersOf(form, { personal = true } = {}) {
  const answers = {};
  for (const field of fieldsOf(form)) {
    const value = valueOf(field);
    const wanted = !field.hidden && (personal || !("personal" in field.dataset));
    if (wanted && value !== "" && field.dataset.type !== "photos") answers[field.dataset.field] = value;
  }
  return answers;
}

/** A field's value: a text, a list of ticked choices, or true for a ticked box. */
export function valueOf(field) {
  const inputs = inputsOf(field);
  const ticked = inputs.filter((input) => input.checked).map((input) => input.value);
  switch (field.dataset.type) {
    case "radios":
      return ticked[0] ?? "";
    case "checkboxes":
      return ticked.length ? ticked : "";
    case "checkbox":
      return ticked.length ? true : "";
    case "photos":
      return inputs[0].files.length ? [...inputs[0].files] : "";
    case "named":
      return field.dataset.chosen ?? inputs[0].value.trim();
    default:
      return inputs[0].value.trim();
  }
}

export function fill(form, values) {
  for (const field of fieldsOf(form)) {
    const value = values[field.dataset.field];
    if (value === undefined || field.dataset.type === "photos") continue;
    for (const input of inputsOf(field)) {
      if (["radio", "checkbox"].includes(input.type)) input.checked = value === true || [value].flat().includes(input.value);
      else input.value = value;
    }
  }
}

/** The JSON the API takes, as text: it is sent exactly like this, however often. */
export async function bodyOf(form) {
  const body = answersOf(form);
  for (const field of fieldsOf(form)) {
    const { type, field: name } = field.dataset;
    if (["number", "window"].includes(type) && name in body) body[name] = digitsOf(body[name]);
    if (type === "photos" && valueOf(field)) body[name] = await Promise.all(valueOf(field).map(photo));
  }
  return JSON.stringify({ ...body, form_version: Number(form.dataset.version) });
}

export function digitsOf(text) {
  const digits = text.normalize("NFKC");
  return /^\d{1,6}$/.test(digits) ? Number(digits) : text;
}

/** Make a photo small enough for a poor connection; its place and time go, too. */
async function photo(file) {
  const image = await createImageBitmap(file).catch(() => undefined);
  const blob = image ? await smaller(image) : file; // what we cannot read, the API refuses in words
  const url = await new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.readAsDataURL(blob);
  });
  return url.slice(url.indexOf(",") + 1);
}

function smaller(image) {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(image.width * scale);
  canvas.height = Math.round(image.height * scale);
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
}

/** Questions with their answers in words, for people to check. */
export function summaryOf(form, words) {
  return fieldsOf(form)
    .filter((field) => !field.hidden && valueOf(field) !== "")
    .map((field) => ({ label: labelOf(field), value: inWords(field, words) }));
}

export function labelOf(field) {
  const label = field.querySelector("legend, label").cloneNode(true);
  label.querySelectorAll(".optional, .hint").forEach((extra) => extra.remove());
  return label.textContent.trim();
}

function inWords(field, words) {
  const inputs = inputsOf(field);
  switch (field.dataset.type) {
    case "radios":
    case "checkboxes":
      return inputs.filter((input) => input.checked).map(choiceOf).join("、");
    case "checkbox":
      return words.yes;
    case "select":
      return inputs[0].selectedOptions[0].dataset.label ?? inputs[0].selectedOptions[0].textContent;
    case "photos":
      return valueOf(field).map((file) => file.name).join("、");
    default:
      return inputs[0].value;
  }
}

function choiceOf(input) {
  const label = input.closest("label").cloneNode(true);
  label.querySelectorAll(".hint").forEach((hint) => hint.remove());
  return label.textContent.trim();
}

/** Show each field only while it matters. */
export function conditions(form) {
  const update = () => {
    for (const field of fieldsOf(form)) field.hidden = !holds(form, field.dataset.shownWhen);
  };
  if (!form.dataset.watched) form.addEventListener("change", update);
  form.dataset.watched = "yes";
  update();
}

/** Whether a condition, as "field=one|other", holds; no condition always does. */
export function holds(form, condition) {
  if (!condition) return true;
  const [name, values] = condition.split("=");
  const value = valueOf(form.querySelector(`[data-field="${name}"]`));
  return [value === true ? "yes" : value].flat().some((one) => values.split("|").includes(one));
}

/** What a receipt shows of an item, delivered or waiting; some phones forget what nobody reopens. */
export function valuesOf({ id, receipt }) {
  if (!receipt) return { provisional: provisional(id), reopen: beijing(Date.now() + REOPEN_DAYS * 24 * 3600 * 1000).slice(0, 10) };
  return {
    number: receipt.number,
    code: receipt.code,
    received: receipt.received_at.slice(0, 16).replace("T", " "),
    due: receipt.due_on,
    date: receipt.date ?? "",
    slot: receipt.slot ?? "",
    place: receipt.place ?? "",
  };
}

export function provisional(id) {
  return id.slice(0, 8).toUpperCase().replace(/(.{4})/, "$1-");
}

export function beijing(milliseconds) {
  const options = { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" };
  return new Intl.DateTimeFormat("sv", options).format(milliseconds);
}
