// One message in the conversation.

import { api } from "./api.js";
import { avatar } from "./avatar.js";
import { contentOf } from "./content.js";
import { h, icon, iconButton, settle } from "./dom.js";
import { full, hour, size } from "./figures.js";
import { metaOf } from "./meta.js";
import { store, tell } from "./store.js";
import { t } from "./texts.js";

const TOGETHER = 7 * 60_000;
const LINK = 5;

/** Whether a message stands under its author's name of the one before. */
export function follows(message, previous) {
  return (
    previous &&
    previous.author.id === message.author.id &&
    !message.reply_to &&
    previous.ephemeral === message.ephemeral &&
    new Date(message.at) - new Date(previous.at) < TOGETHER
  );
}

/** A new list item for a message; `update` fills it, and fills it again when the message changes. */
export function item(message) {
  const element = h("li.message", { id: `m${message.id}`, tabindex: "-1", "data-id": message.id });
  element.append(h("div.content"));
  return element;
}

export function update(element, message, previous) {
  const first = !follows(message, previous);
  element.className = ["message", first && "first", message.ephemeral && "ephemeral", mentionsMe(message) && "mine-mentioned", chosen(message) && "chosen"]
    .filter(Boolean)
    .join(" ");
  const content = element.querySelector(".content");
  settle(content, contentOf(message));
  const before = [message.reply_to && replyLine(message.reply_to), side(message, first), first && who(message)].filter(Boolean);
  const after = [
    ...message.files.map(file),
    ...message.rows.filter((row) => row.length).map((row) => h("div.components", {}, row.map((each) => component(message, each)))),
    message.ephemeral && h("p.only-you", {}, t("onlyYou")),
    metaOf(message),
    tools(message),
  ].filter(Boolean);
  place(element, content, before, after);
}

/** Put what stands around the text in its place, and keep the text's own element: its selection stays. */
function place(element, content, before, after) {
  const focused = element.contains(document.activeElement) && document.activeElement.dataset.key;
  for (const child of [...element.children]) if (child !== content) child.remove();
  content.before(...before);
  content.after(...after);
  if (focused) element.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

const mentionsMe = (message) => message.author.id !== store.person && message.mentions.includes(store.person) && !message.author.bot;

function chosen(message) {
  const turn = store.turn && store.turns.get(store.turn);
  return store.turn && (message.id === store.turn || turn?.message_ids.includes(message.id));
}

function side(message, first) {
  if (first) return h("div.side", {}, avatar(message.author));
  return h("div.side", {}, h("time", { datetime: message.at, title: full(message.at) }, hour(message.at)));
}

function who(message) {
  return h(
    "div.who",
    {},
    h("b", {}, message.author.name),
    message.author.bot ? h("span.app", {}, "APP") : null,
    h("time", { datetime: message.at, title: full(message.at) }, hour(message.at)),
  );
}

function replyLine(reply) {
  const words = reply.author ? [h("b", {}, reply.author.name), h("span", {}, reply.excerpt)] : [h("span", {}, t("gone"))];
  const jump = () => tell("jump", reply.id);
  return h("button.reply-line", { type: "button", onclick: jump, "data-key": "reply-line" }, icon("reply"), words);
}

function file(each) {
  const words = h("span", {}, each.filename, h("small", {}, size(each.size)));
  return h("a.file", { href: each.url, target: "_blank", rel: "noopener noreferrer" }, icon("file"), words);
}

function component(message, each) {
  const label = [each.emoji, each.label].filter(Boolean).join(" ");
  if (each.style === LINK) return h("a.component", { href: each.url, target: "_blank", rel: "noopener noreferrer" }, label);
  const press = async (event) => {
    event.currentTarget.classList.add("pressed");
    await api.click(message.id, store.person, each.custom_id).catch((error) => tell("refused", error.message));
  };
  const attributes = { type: "button", "data-style": each.style, "data-key": each.custom_id, disabled: each.disabled, onclick: press };
  return h("button.component", attributes, label);
}

function tools(message) {
  const mine = message.author.id === store.person;
  const tool = (name, label, topic) => iconButton(name, label, () => tell(topic, message), { tabindex: "-1", "data-key": topic });
  return h(
    "div.tools",
    {},
    message.ephemeral ? null : tool("reply", t("reply"), "reply"),
    mine ? tool("edit", t("edit"), "edit") : null,
    mine ? tool("trash", t("remove"), "remove") : null,
    tool("trace", t("showTrace"), "inspect"),
  );
}
