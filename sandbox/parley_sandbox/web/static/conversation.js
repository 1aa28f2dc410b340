// The messages of the chosen channel: loading, what arrives, where one looks.

import { api } from "./api.js";
import { useContent } from "./content.js";
import { dismissed, useDismissals } from "./dismiss.js";
import { byId, h, settle } from "./dom.js";
import { showHeader } from "./header.js";
import { useInteractions } from "./interactions.js";
import { item, update } from "./message.js";
import { on, place, store, tell, turnOf } from "./store.js";
import { t } from "./texts.js";
import { showTyping } from "./typing.js";
import { welcome } from "./welcome.js";

const NEAR = 80;
const parts = {};
/** What happens in the shown channel while its messages are on their way: they may be older. */
let meanwhile = null;

export function showConversation() {
  const main = byId("conversation");
  parts.header = h("header");
  parts.list = h("ol.messages", { "aria-label": t("messages") });
  parts.middle = h("div");
  parts.newest = h("button.newest", { type: "button", hidden: true, onclick: toNewest }, t("newest"));
  parts.typing = h("div.typing");
  parts.notices = h("div.notices");
  parts.scroll = h("div.stream.scroll", {}, parts.middle, parts.list, parts.notices, parts.typing, parts.newest);
  settle(main, [parts.header, parts.scroll]);
  useContent(parts.list);
  showHeader(parts.header);
  showTyping(parts.typing);
  useInteractions(parts.notices);
  useDismissals(gone);
  parts.scroll.addEventListener("scroll", scrolled, { passive: true });
  const grown = new ResizeObserver(() => parts.atEnd && toNewest());
  for (const part of [parts.scroll, parts.list, parts.notices]) grown.observe(part);
  on("channel person", open);
  on("event:message_create event:message_update", arrived);
  on("event:message_delete", gone);
  on("event:turn", (turn) => [turn.turn_id, ...turn.message_ids].forEach(refresh));
  on("turn", redraw);
  on("refresh", refresh);
  on("jump", jump);
  on("reload", () => open());
  open();
}

const messages = () => store.messages.get(store.channel);

async function open() {
  store.unread.delete(store.channel);
  tell("unread");
  settle(parts.list, []);
  if (store.sources.discord === "real") return draw();
  if (!messages()) settle(parts.middle, [h("div.skeleton"), h("div.skeleton"), h("div.skeleton")]);
  const [channel, person] = [store.channel, store.person];
  const since = (meanwhile = []);
  try {
    const loaded = await api.messages(channel, person);
    const shown = loaded.messages.filter((message) => !dismissed(message.id));
    store.messages.set(channel, new Map(shown.map((message) => [message.id, message])));
    for (const happen of since) happen(store.messages.get(channel));
  } catch (error) {
    tell("refused", error.message);
  }
  if (since === meanwhile) meanwhile = null;
  if (channel === store.channel && person === store.person) draw();
}

function draw() {
  const all = [...(messages()?.values() ?? [])];
  settle(parts.middle, all.length ? [] : [welcome(place(store.channel))]);
  settle(parts.list, all.map(item));
  all.forEach((message, at) => update(parts.list.children[at], message, all[at - 1]));
  rove();
  toNewest();
}

function arrived(message) {
  if (dismissed(message.id)) return;
  if (message.channel_id === store.channel) meanwhile?.push((messages) => messages.set(message.id, message));
  const known = store.messages.get(message.channel_id);
  if (message.channel_id !== store.channel || !known) return elsewhere(message, known);
  const stick = nearEnd() || message.author.id === store.person;
  const isNew = !known.has(message.id);
  known.set(message.id, message);
  if (isNew) {
    parts.list.append(item(message));
    settle(parts.middle, []);
  }
  refresh(message.id);
  rove();
  if (stick) toNewest();
  else if (isNew) parts.newest.hidden = false;
}

function elsewhere(message, known) {
  if (known) known.set(message.id, message);
  if (message.channel_id === store.channel || message.edited_at || message.author.id === store.person) return;
  store.unread.set(message.channel_id, (store.unread.get(message.channel_id) ?? 0) + 1);
  tell("unread");
}

function gone({ id, channel_id: channel }) {
  store.messages.get(channel)?.delete(id);
  if (channel !== store.channel) return;
  meanwhile?.push((messages) => messages.delete(id));
  const next = byId(`m${id}`)?.nextElementSibling;
  byId(`m${id}`)?.remove();
  if (next) refresh(next.dataset.id);
  for (const message of messages()?.values() ?? []) {
    if (message.reply_to?.id === id) {
      message.reply_to = { id, author: null, excerpt: "" };
      refresh(message.id);
    }
  }
  if (!messages()?.size) settle(parts.middle, [welcome(place(store.channel))]);
  rove();
}

function refresh(id) {
  const element = byId(`m${id}`);
  const message = messages()?.get(id);
  if (!element || !message) return;
  const stick = nearEnd();
  update(element, message, messages().get(element.previousElementSibling?.dataset.id));
  if (stick) toNewest();
}

const redraw = () => [...(messages()?.keys() ?? [])].forEach(refresh);

const nearEnd = () => parts.scroll.scrollHeight - parts.scroll.scrollTop - parts.scroll.clientHeight < NEAR;

function scrolled() {
  parts.atEnd = nearEnd();
  if (parts.atEnd) parts.newest.hidden = true;
}

function toNewest() {
  parts.scroll.scrollTop = messages()?.size ? parts.scroll.scrollHeight : 0;
  parts.atEnd = true;
  parts.newest.hidden = true;
}

function jump(id) {
  const target = byId(`m${id}`);
  if (!target) return;
  target.scrollIntoView({ block: "center" });
  focusItem(target);
}

/** One message is in the order of Tab, the last one at first; the arrow keys move from it. */
function rove() {
  if (!parts.list.querySelector("[tabindex='0']")) parts.list.lastElementChild?.setAttribute("tabindex", "0");
}

export function focusItem(element) {
  for (const other of parts.list.querySelectorAll(":scope > [tabindex='0']")) other.setAttribute("tabindex", "-1");
  element.setAttribute("tabindex", "0");
  element.focus();
}

export const messageOf = (element) => messages()?.get(element.dataset.id);

export const list = () => parts.list;

/** The newest message that this person wrote here. */
export const lastOfMine = () => [...(messages()?.values() ?? [])].reverse().find((message) => message.author.id === store.person);

export const questionOf = (message) => turnOf(message.id)?.turn_id ?? message.reply_to?.id ?? message.id;
