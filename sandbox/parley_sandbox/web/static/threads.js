// Threads: begun at a message or beside one, shown as a line under it, put away and taken out again.

import { api } from "./api.js";
import { formDialog } from "./dialog.js";
import { h, icon } from "./dom.js";
import { field } from "./fields.js";
import { keepThread, on, place, set, store, tell } from "./store.js";
import { t } from "./texts.js";

const NAME = 100;
const WORDS = 40;

export function useThreads() {
  on("thread", (message) => askName(message));
  on("event:thread_create event:thread_update", (thread) => {
    keepThread(thread);
    markOrigin(thread);
  });
}

/** Whether a thread can begin in the shown channel: not in a thread, not where two talk alone. */
export const canBegin = (here = place(store.channel)) => !here.direct && !here.parent;

/** Ask how the thread is to be called, and go there. */
function askName(message) {
  const channel = message?.channel_id ?? store.channel;
  const name = field({ name: "name", kind: "short", label: t("threadName"), required: true, max: NAME, value: firstWords(message?.draft ?? "") });
  formDialog(t("startThread"), [name], t("startThread"), async (dialog) => {
    const thread = await api.startThread(channel, store.person, name.value(), message?.id);
    dialog.close();
    keepThread(thread);
    set({ channel: thread.id });
    tell("compose");
  });
}

/** A thread that began at a message has the message's id. */
function markOrigin(thread) {
  const origin = store.messages.get(thread.parent_id)?.get(thread.id);
  if (!origin) return;
  origin.thread = thread;
  tell("refresh", origin.id);
}

/** What a thread at this message is likely to be about. */
function firstWords(text) {
  const line = text.replace(/@\S+\s*/gu, "").split("\n", 1)[0].trim();
  return line.length <= WORDS ? line : `${line.slice(0, line.lastIndexOf(" ", WORDS) + 1 || WORDS).trim()}…`;
}

/** The line under the message at which a thread began. */
export function threadLine(message) {
  if (!message.thread) return null;
  const { id, name } = message.thread;
  const go = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (place(id)) set({ channel: id });
  };
  const href = `?${new URLSearchParams({ person: store.person, channel: id })}`;
  return h("a.thread-line", { href, onclick: go, "data-key": "thread" }, icon("thread"), h("b", {}, name), h("span", {}, t("openThread")));
}

/** Put the thread away, or take it out again. */
export async function archive(thread) {
  try {
    keepThread(await api.archive(thread.id, store.person, !thread.archived));
  } catch (error) {
    tell("refused", error.message);
  }
}
