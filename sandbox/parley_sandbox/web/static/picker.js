// A list to choose from, as a bot puts it under a message or into a form: one or several of it.

import { avatar } from "./avatar.js";
import { h, icon, settle } from "./dom.js";
import { popUp, stepped } from "./popup.js";
import { pickable } from "./pickable.js";
import { t } from "./texts.js";

let count = 0;

/**
 * `select`: {type, placeholder, min, max, options, defaults, channel_types, disabled}. `chosen` hears what was taken when
 * the list closes; `back` finds the button again, which may have been drawn anew meanwhile.
 */
export function picker(select, attributes, chosen, back) {
  const options = pickable(select);
  let values = options.filter((each) => each.default).map((each) => each.value);
  const button = h("button.picker", {
    type: "button",
    "aria-haspopup": "listbox",
    "aria-expanded": "false",
    disabled: select.disabled,
    ...attributes,
    onclick: () => open(button, { select, options, values }, back, done),
  });
  const done = (taken) => {
    values = taken;
    draw();
    chosen(taken);
  };
  const draw = () => settle(button, [h("span", {}, words(select, options, values)), icon("down")]);
  draw();
  return button;
}

function words(select, options, values) {
  const names = options.filter((each) => values.includes(each.value)).map((each) => each.label);
  return names.length ? names.join(", ") : select.placeholder || t("choose");
}

/** Bring the list up; `done` hears what was chosen when it closes, unless it was left with Escape. */
function open(button, { select, options, values }, back, done) {
  const several = select.max > 1;
  let taken = [...values];
  let left = false;
  let touched = false;
  const id = `picker-${(count += 1)}`;
  const list = h("ul.picker-list.scroll", {
    id,
    role: "listbox",
    tabindex: "0",
    "aria-label": button.getAttribute("aria-label") || select.placeholder || t("choose"),
    "aria-multiselectable": several ? "true" : null,
  });
  let at = Math.max(0, options.findIndex((each) => taken.includes(each.value)));
  const draw = () => {
    list.setAttribute("aria-activedescendant", `${id}-${at}`);
    settle(list, options.map((each, number) => item(each, { id: `${id}-${number}`, here: number === at, chosen: taken.includes(each.value), take: () => take(number) })));
    list.children[at]?.scrollIntoView({ block: "nearest" });
  };
  const take = (number) => {
    at = number;
    touched = true;
    const { value } = options[number];
    if (!several) taken = [value];
    else if (taken.includes(value)) taken = taken.filter((each) => each !== value);
    else if (taken.length < select.max) taken = [...taken, value];
    if (several) draw();
    else list.hidePopover();
  };
  list.addEventListener("keydown", (event) => {
    const next = stepped(event.key, at, options.length) ?? begun(event, options, at);
    if (next !== null) {
      at = next;
      draw();
    } else if (event.key === " " || (event.key === "Enter" && !several)) take(at);
    else if (event.key === "Enter" || event.key === "Tab") list.hidePopover();
    else if (event.key === "Escape") left = true;
    else return;
    if (event.key !== "Escape") event.preventDefault();
    event.stopPropagation();
  });
  button.setAttribute("aria-expanded", "true");
  popUp(list, button.getBoundingClientRect(), back, () => {
    button.setAttribute("aria-expanded", "false");
    if (touched && !left && taken.length >= select.min) done(taken);
  });
  draw();
  list.focus();
}

/** The next one whose name begins with the letter that was pressed. */
function begun(event, options, at) {
  if (event.key.length !== 1 || event.key === " " || event.ctrlKey || event.metaKey) return null;
  const turned = [...options.keys()].map((number) => (at + 1 + number) % options.length);
  return turned.find((number) => options[number].label.toLowerCase().startsWith(event.key.toLowerCase())) ?? null;
}

function item(each, { id, here, chosen, take }) {
  return h(
    "li",
    { id, role: "option", "aria-selected": String(chosen), class: here ? "here" : "", onclick: take },
    each.face ? avatar(each.face, "avatar.small") : null,
    h("span", {}, [each.emoji, each.label].filter(Boolean).join(" "), each.description ? h("small", {}, each.description) : null),
    h("span.tick", { "aria-hidden": "true" }, chosen ? "✓" : ""),
  );
}
