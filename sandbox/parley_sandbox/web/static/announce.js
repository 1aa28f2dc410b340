// The one live region: it says a message when it is finished, never each edit of a streaming one.

import { byId, h } from "./dom.js";
import { on, store, turnOf } from "./store.js";

const KEPT = 20;
const QUIET = 3000;
const said = new Set();
const waiting = new Map();

export function useAnnouncements() {
  on("event:message_create event:message_update", consider);
  on("event:turn", (turn) => turn.state === "ended" && turn.message_ids.forEach(say));
}

function consider(message) {
  if (message.channel_id !== store.channel || message.author.id === store.person) return;
  clearTimeout(waiting.get(message.id));
  const turn = turnOf(message.id);
  if (message.thinking || (turn && turn.state !== "ended")) return;
  waiting.set(message.id, setTimeout(() => settled(message.id), message.author.bot ? QUIET : 0));
}

/** A bot's message that has been quiet for a while and belongs to no turn that is still running. */
function settled(id) {
  waiting.delete(id);
  const turn = turnOf(id);
  if (!turn || turn.state === "ended") say(id);
}

function say(id) {
  const message = store.messages.get(store.channel)?.get(id);
  if (!message || said.has(id)) return;
  said.add(id);
  const log = byId("announcements");
  log.append(h("p", {}, `${message.author.name}: ${message.draft || message.files.map((file) => file.filename).join(", ")}`));
  while (log.children.length > KEPT) log.firstChild.remove();
}
