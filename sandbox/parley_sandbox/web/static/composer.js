// The box to write in: new messages, replies, edits.

import { api } from "./api.js";
import { complete } from "./completion.js";
import { lastOfMine } from "./conversation.js";
import { byId, h, icon, iconButton, settle } from "./dom.js";
import { on, place, store, tell } from "./store.js";
import { t } from "./texts.js";

const TYPING_EVERY = 8000;
const parts = {};
/** What is being written: a reply to a message, an edit of one, or neither. */
let mode = { reply: null, edit: null };
/** What was begun in other channels. */
const drafts = new Map();
let channel = null;
let typed = 0;

export function showComposer() {
  parts.mode = h("div.mode", { hidden: true });
  parts.box = h("textarea", { id: "message", rows: "1", "aria-describedby": "under", autocomplete: "off", enterkeyhint: "send" });
  parts.send = h("button.icon-button.send", { type: "submit", "aria-label": t("send"), title: t("send"), disabled: true }, icon("send"));
  parts.under = h("div.under", { id: "under" });
  const suggestions = h("div.suggestions");
  const form = h("form.composer", { onsubmit: submit }, parts.mode, suggestions, h("div.box", {}, parts.box, parts.send), parts.under);
  byId("conversation").append(form);
  form.hidden = store.sources.discord === "real";
  complete(parts.box, suggestions);
  parts.box.addEventListener("input", changed);
  parts.box.addEventListener("keydown", keys);
  on("channel person", moved);
  on("reply", (message) => begin({ reply: message, edit: null }));
  on("edit", (message) => begin({ reply: null, edit: message }));
  on("compose", () => parts.box.focus());
  on("ask", ask);
  on("refused", (sentence) => under(h("span.bad", { role: "alert" }, sentence)));
  moved();
}

function moved() {
  if (channel) drafts.set(channel, mode.edit ? "" : parts.box.value);
  channel = store.channel;
  mode = { reply: null, edit: null };
  write(drafts.get(channel) ?? "");
  const here = place(channel);
  const name = here.direct ? here.name : `#${here.name}`;
  parts.box.placeholder = t("writeTo", { place: name });
  parts.box.setAttribute("aria-label", t("message"));
  showMode();
}

function write(text) {
  parts.box.value = text;
  changed();
}

function changed() {
  parts.box.style.height = "auto";
  parts.box.style.height = `${parts.box.scrollHeight}px`;
  parts.send.disabled = !parts.box.value.trim();
  hint();
  if (parts.box.value && Date.now() - typed > TYPING_EVERY && document.activeElement === parts.box && !mode.edit) {
    typed = Date.now();
    api.typing(store.channel, store.person).catch(() => {});
  }
}

/** Who writes to nobody is told how to be heard. */
function hint() {
  const addressed =
    place(store.channel).direct ||
    mode.edit ||
    mode.reply?.author.bot ||
    !parts.box.value.trim() ||
    parts.box.value.toLowerCase().includes(`@${store.bot.name.toLowerCase()}`);
  if (addressed) return under(h("span.hint-keys", {}, t("hintKeys")));
  const add = () => {
    write(`@${store.bot.name} ${parts.box.value}`);
    parts.box.focus();
  };
  const button = h("button.quiet", { type: "button", onclick: add }, t("addMention", { bot: store.bot.name }));
  return under(h("span", {}, t("notAddressed", { bot: store.bot.name }), " ", button));
}

const under = (words) => settle(parts.under, [words]);

function begin(next) {
  mode = next;
  if (next.edit) write(next.edit.draft);
  showMode();
  parts.box.focus();
}

function showMode() {
  const words = mode.edit ? t("editing") : mode.reply ? t("replyingTo", { name: mode.reply.author.name }) : "";
  parts.mode.hidden = !words;
  settle(parts.mode, words ? [h("span", {}, words), iconButton("close", t("cancel"), cancel)] : []);
  hint();
}

function cancel() {
  if (mode.edit) write("");
  mode = { reply: null, edit: null };
  showMode();
  parts.box.focus();
}

function keys(event) {
  if (event.defaultPrevented || event.isComposing) return;
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    submit(event);
  } else if (event.key === "ArrowUp" && !parts.box.value && lastOfMine()) {
    event.preventDefault();
    begin({ reply: null, edit: lastOfMine() });
  } else if (event.key === "Escape" && (mode.edit || mode.reply)) {
    event.preventDefault();
    cancel();
  }
}

async function submit(event) {
  event.preventDefault();
  const content = parts.box.value.trim();
  if (!content) return;
  const { reply, edit } = mode;
  const [where, person] = [store.channel, store.person];
  mode = { reply: null, edit: null };
  write("");
  showMode();
  try {
    if (edit) await api.edit(edit.id, person, content);
    else tell("said", await api.say(where, person, content, reply?.id ?? null));
  } catch (error) {
    if (where === store.channel) {
      mode = { reply, edit };
      write(content);
      showMode();
    } else drafts.set(where, content);
    tell("refused", error.message);
  }
}

function ask(text) {
  write(text);
  parts.box.form.requestSubmit();
  parts.box.focus();
}
