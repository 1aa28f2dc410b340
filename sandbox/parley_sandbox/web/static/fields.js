// One thing that a form asks: its label, its box, and what is wrong with what stands in it.

import { h } from "./dom.js";
import { suggest } from "./suggest.js";
import { t } from "./texts.js";

const KINDS = { short: shortText, long: longText, number: numeric, choice, file };
let count = 0;

/**
 * `asked`: {name, label, description, kind, required, value, placeholder, min, max, rows, whole, options, complete, parse}.
 * A field is {name, element, focus, value, check}; `value` is undefined when nothing was given.
 */
export function field(asked) {
  const id = `field-${(count += 1)}`;
  const { control, value, wrong = () => "", list = null } = KINDS[asked.kind](asked, id);
  const error = h("p.bad", { id: `${id}-wrong`, role: "alert" });
  const about = asked.description ? h("p.faint", { id: `${id}-about` }, asked.description) : null;
  control.setAttribute("aria-describedby", `${id}-about ${id}-wrong`);
  if (asked.required) control.setAttribute("aria-required", "true");
  const check = () => {
    const sentence = asked.required && value() === undefined ? t("fieldRequired") : wrong();
    error.textContent = sentence;
    control.setAttribute("aria-invalid", String(Boolean(sentence)));
    return !sentence;
  };
  control.addEventListener("input", () => error.textContent && check());
  const label = h("label", { for: id }, asked.label, asked.required ? h("span.required", { "aria-hidden": "true" }, "*") : null);
  const element = h("div.field", { "data-name": asked.name }, label, about, list, control, error);
  return { name: asked.name, element, focus: () => control.focus(), value, check };
}

function shortText(asked, id) {
  return asked.complete ? completed(asked, id) : text(asked, h("input", { id, type: "text", ...given(asked) }));
}

function longText(asked, id) {
  return text(asked, h("textarea", { id, rows: asked.rows ?? 4, ...given(asked) }));
}

const given = ({ value, placeholder }) => ({ value: value ?? "", placeholder, autocomplete: "off" });

function text({ min, max }, control) {
  const wrong = () => {
    const length = [...control.value].length;
    if (length && min && length < min) return t("fieldShort", { min });
    return max && length > max ? t("fieldLong", { max, length }) : "";
  };
  return { control, wrong, value: () => control.value.trim() || undefined };
}

/** A box whose choices the bot gives while one writes: shown by their name, sent by their value. */
function completed(asked, id) {
  const control = h("input", { id, type: "text", ...given(asked) });
  const list = h("div.suggestions");
  let chosen = null;
  const find = async () => {
    if (chosen?.name !== control.value) chosen = null;
    const choices = chosen ? [] : await asked.complete(control.value);
    return choices.map((each) => ({ nodes: [each.name], take: () => take(each) }));
  };
  const take = (each) => {
    chosen = each;
    control.value = each.name;
    control.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const { look } = suggest(control, list, find);
  control.addEventListener("focus", look);
  const value = () => (chosen ? chosen.value : asked.parse(control.value.trim()));
  return { control, list, value };
}

function numeric({ min, max, whole, ...asked }, id) {
  const control = h("input", { id, type: "text", inputmode: whole ? "numeric" : "decimal", ...given(asked) });
  const value = () => (control.value.trim() ? Number(control.value) : undefined);
  const wrong = () => {
    const number = value();
    if (number === undefined) return "";
    if (Number.isNaN(number) || (whole && !Number.isInteger(number))) return t(whole ? "fieldWhole" : "fieldNumber");
    if (min !== undefined && min !== null && number < min) return t("fieldLeast", { min });
    return max !== undefined && max !== null && number > max ? t("fieldMost", { max }) : "";
  };
  return { control, wrong, value };
}

/** One of a few: `options` are {name, value}; the values keep their kind. */
function choice({ options, required, value: before }, id) {
  const none = h("option", { value: "" }, required ? t("choose") : t("none"));
  const control = h("select", { id }, none, options.map((each, at) => h("option", { value: String(at) }, each.name)));
  control.value = String(options.findIndex((each) => each.value === before));
  if (control.selectedIndex < 0) control.value = "";
  return { control, value: () => options[control.value]?.value };
}

function file(_, id) {
  const control = h("input", { id, type: "file" });
  return { control, value: () => control.files[0] };
}
