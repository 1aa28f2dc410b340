// Moving among the messages with the keyboard, and doing something with the one that has the focus.

import { focusItem, list, messageOf } from "./conversation.js";
import { api } from "./api.js";
import { on, store, tell } from "./store.js";

const DO = { r: "reply", e: "edit", Delete: "remove", t: "inspect" };
const OWN = new Set(["edit", "remove"]);

export function useListKeys() {
  list().addEventListener("keydown", (event) => {
    if (!event.target.matches("li.message") || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "ArrowUp" || event.key === "ArrowDown" || event.key === "Home" || event.key === "End") move(event);
    else if (DO[event.key]) act(event, DO[event.key]);
  });
  on("remove", (message) => api.remove(message.id, store.person).catch((error) => tell("refused", error.message)));
}

function move(event) {
  event.preventDefault();
  const here = event.target;
  const next = {
    ArrowUp: here.previousElementSibling,
    ArrowDown: here.nextElementSibling,
    Home: list().firstElementChild,
    End: list().lastElementChild,
  }[event.key];
  if (next) focusItem(next);
}

function act(event, topic) {
  const message = messageOf(event.target);
  if (!message || (OWN.has(topic) && message.author.id !== store.person)) return;
  event.preventDefault();
  tell(topic, message);
}
