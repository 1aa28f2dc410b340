// Whether the bot is there, and what it says of itself: a dot and a line.

import { h } from "./dom.js";
import { store } from "./store.js";
import { tIf } from "./texts.js";

/** The dot with its meaning in words beside it; `short` keeps the words for who hovers or listens. */
export function presence(short = false) {
  const { status = "offline", text = "" } = store.bot.presence ?? {};
  const meaning = tIf(`presence${status[0].toUpperCase()}${status.slice(1)}`, status);
  const words = text || meaning;
  const name = text ? `${meaning}: ${text}` : meaning;
  return h("span.presence", { "data-status": status, title: name }, h("i", { role: "img", "aria-label": meaning }), short ? null : h("span", {}, words === meaning ? h("span", { "aria-hidden": "true" }, words) : words));
}
