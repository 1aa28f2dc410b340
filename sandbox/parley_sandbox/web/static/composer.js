// The box to write in: new messages with their files, replies, edits, and the way to the commands.

import { api } from "./api.js";
import { attachments } from "./attachments.js";
import { openCommand } from "./commandform.js";
import { mentions } from "./completion.js";
import { lastOfMine } from "./conversation.js";
import { byId, h, icon, iconButton, settle } from "./dom.js";
import { calledIn, slashCommands } from "./slash.js";
import { named, on, place, store, tell } from "./store.js";
import { suggest } from "./suggest.js";
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
  parts.files = attachments(parts.box, byId("conversation"), { changed, refuse: (sentence) => tell("refused", sentence) });
  const suggestions = h("div.suggestions");
  const { cards, input, button } = parts.files;
  parts.form = h("form.composer", { onsubmit: submit }, parts.mode, cards, suggestions, h("div.box", {}, button, input, parts.box, parts.send), parts.under);
  byId("conversation").append(parts.form);
  parts.form.hidden = store.sources.discord === "real";
  suggest(parts.box, suggestions, async () => [...(await slashCommands(parts.box)), ...mentions(parts.box)]);
  parts.box.addEventListener("input", changed);
  parts.box.addEventListener("keydown", keys);
  on("channel person", moved);
  on("reply", (message) => begin({ reply: message, edit: null }));
  on("edit", (message) => begin({ reply: null, edit: message }));
  on("compose", () => (parts.command?.querySelector("input, textarea, select") ?? parts.box).focus());
  on("command", command);
  on("slash", slash);
  on("ask", ask);
  on("refused", (sentence) => under(h("span.bad", { role: "alert" }, sentence)));
  moved();
}

function moved() {
  leaveCommand();
  if (channel) drafts.set(channel, { text: mode.edit ? "" : parts.box.value, files: parts.files.files() });
  channel = store.channel;
  mode = { reply: null, edit: null };
  write(drafts.get(channel)?.text ?? "");
  parts.files.put(drafts.get(channel)?.files ?? []);
  parts.box.placeholder = t("writeTo", { place: named(place(channel)) });
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
  parts.send.disabled = !parts.box.value.trim() && !parts.files.files().length;
  hint();
  if (parts.box.value && Date.now() - typed > TYPING_EVERY && document.activeElement === parts.box && !mode.edit) {
    typed = Date.now();
    api.typing(store.channel, store.person).catch(() => {});
  }
}

/** Who writes to nobody is told how to be heard. */
function hint() {
  const text = parts.box.value;
  const addressed =
    place(store.channel).direct ||
    mode.edit ||
    mode.reply?.author.bot ||
    !text.trim() ||
    text.startsWith("/") ||
    text.toLowerCase().includes(`@${store.bot.name.toLowerCase()}`);
  if (addressed) return under(h("span.hint-keys", {}, t("hintKeys")));
  const add = () => {
    write(`@${store.bot.name} ${text}`);
    parts.box.focus();
  };
  const button = h("button.quiet", { type: "button", onclick: add }, t("addMention", { bot: store.bot.name }));
  return under(h("span", {}, t("notAddressed", { bot: store.bot.name }), " ", button));
}

const under = (words) => settle(parts.under, [words]);

function begin(next) {
  leaveCommand();
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
  const files = mode.edit ? [] : parts.files.files();
  if (!content && !files.length) return;
  const [where, person] = [store.channel, store.person];
  const called = mode.edit || files.length ? null : await calledIn(content);
  if (called) return tell("command", called);
  const { reply, edit } = mode;
  mode = { reply: null, edit: null };
  write("");
  if (files.length) parts.files.put([]);
  showMode();
  try {
    if (edit) await api.edit(edit.id, person, content);
    else tell("said", await api.say(where, person, content, reply?.id ?? null, files));
  } catch (error) {
    if (where === store.channel) {
      mode = { reply, edit };
      write(content);
      if (files.length) parts.files.put(files);
      showMode();
    } else drafts.set(where, { text: content, files });
    tell("refused", error.message);
  }
}

/** The options of a command take the place of the box until it is sent or left. */
function command(called) {
  leaveCommand();
  write("");
  parts.form.hidden = true;
  parts.command = openCommand(parts.form, called, () => {
    leaveCommand();
    parts.box.focus();
  });
}

/** List the commands, unless something else has been begun. */
function slash() {
  if (parts.command) return tell("compose");
  parts.box.focus();
  if (parts.box.value) return null;
  write("/");
  return parts.box.dispatchEvent(new Event("input"));
}

function leaveCommand() {
  if (!parts.command) return;
  parts.command.remove();
  parts.command = null;
  parts.form.hidden = false;
}

function ask(text) {
  write(text);
  parts.form.requestSubmit();
  parts.box.focus();
}
