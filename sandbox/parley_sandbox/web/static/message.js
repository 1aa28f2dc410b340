// One message in the conversation.

import { avatar } from "./avatar.js";
import { written } from "./commands.js";
import { componentsOf } from "./components.js";
import { contentOf } from "./content.js";
import { h, icon, iconButton, settle } from "./dom.js";
import { full, hour } from "./figures.js";
import { fileOf } from "./files.js";
import { metaOf } from "./meta.js";
import { store, tell } from "./store.js";
import { t } from "./texts.js";
import { threadLine } from "./threads.js";

const TOGETHER = 7 * 60_000;

/** Whether a message stands under its author's name of the one before. */
export function follows(message, previous) {
  return (
    previous &&
    previous.author.id === message.author.id &&
    !message.reply_to &&
    !message.command &&
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
  settle(content, message.thinking ? [thinking(message)] : contentOf(message));
  const line = message.command ? commandLine(message.command) : message.reply_to && replyLine(message.reply_to);
  const before = [line, side(message, first), first && who(message)].filter(Boolean);
  const after = [
    ...message.files.map(fileOf),
    ...componentsOf(message),
    message.ephemeral && onlyYou(message),
    threadLine(message),
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

/** Above an answer: who asked for it with which command. */
function commandLine({ name, user }) {
  return h("p.reply-line.command-line", {}, icon("app"), h("b", {}, user), " ", h("span", {}, t("used"), " ", h("code", {}, written(name))));
}

const thinking = (message) => h("p.thinking", {}, t("thinking", { name: message.author.name }));

function onlyYou(message) {
  const dismiss = () => tell("dismiss", message);
  return h("p.only-you", {}, t("onlyYou"), " · ", h("button.quiet", { type: "button", "data-key": "dismiss", onclick: dismiss }, t("dismiss")));
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
    iconButton("more", t("more"), () => tell("menu", message), { tabindex: "-1", "data-key": "menu", "aria-haspopup": "menu" }),
  );
}
