// Buttons and lists that the bot puts under a message.

import { api } from "./api.js";
import { h } from "./dom.js";
import { failure } from "./interactions.js";
import { picker } from "./picker.js";
import { partOf } from "./popup.js";
import { store, tell } from "./store.js";

const BUTTON = 2;
const LINK = 5;

/** The rows under a message, and what became of the last press there. */
export const componentsOf = (message) => [
  ...message.rows.filter((row) => row.length).map((row) => h("div.components", {}, row.map((each) => component(message, each)))),
  failure(message.id),
];

const component = (message, each) => (each.type === BUTTON ? button(message, each) : choose(message, each));

const refused = (error) => tell("refused", error.message);

function button(message, each) {
  const label = [each.emoji, each.label].filter(Boolean).join(" ");
  if (each.style === LINK) return h("a.component", { href: each.url, target: "_blank", rel: "noopener noreferrer" }, label);
  const press = async (event) => {
    event.currentTarget.classList.add("pressed");
    await api.click(message.id, store.person, each.custom_id).catch(refused);
  };
  const attributes = { type: "button", "data-style": each.style, "data-key": each.custom_id, disabled: each.disabled, onclick: press };
  return h("button.component", attributes, label);
}

function choose(message, each) {
  const send = (values) => api.select(message.id, store.person, each.custom_id, values).catch(refused);
  return picker(each, { "data-key": each.custom_id }, send, partOf(message.id, each.custom_id));
}
