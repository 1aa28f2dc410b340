// Keys that work everywhere, and the list of all of them.

import { h } from "./dom.js";
import { closeSheets, openInspector } from "./sheets.js";
import { places, set, store, tell } from "./store.js";
import { t } from "./texts.js";

const LIST = [
  ["?", "keyHelp"],
  ["m", "keyMessage"],
  ["Alt + ↑ ↓", "keyChannel"],
  ["t  l  q", "keyTabs"],
  ["↑ ↓", "keyList"],
  ["Enter", "keyMenu"],
  ["r  e  Del  t", "keyMessageDo"],
  ["/", "keyCommand"],
  ["↑", "keyLast"],
  ["Esc", "keyEscape"],
];
const TABS = { t: "trace", l: "load", q: "requests" };
let dialog = null;

export function openKeys() {
  dialog ??= build();
  if (!dialog.open) dialog.showModal();
}

function build() {
  const pairs = LIST.flatMap(([keys, text]) => [
    h("dt", {}, keys.split("  ").flatMap((key) => [h("kbd", {}, key), " "])),
    h("dd", {}, t(text)),
  ]);
  const made = h(
    "dialog.keys",
    { "aria-labelledby": "keys-title" },
    h("h2", { id: "keys-title" }, t("keysTitle")),
    h("dl", {}, pairs),
    h("form", { method: "dialog" }, h("button.plain-button", {}, t("close"))),
  );
  made.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    made.close();
  });
  document.body.append(made);
  return made;
}

const writing = (target) => target.closest?.("input, textarea, select, [contenteditable]");

export function useKeys() {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open], :popover-open")) return;
    if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) step(event, event.key === "ArrowUp" ? -1 : 1);
    else if (event.key === "Escape") closeSheets() || tell("compose");
    else if (!writing(event.target) && !event.ctrlKey && !event.metaKey && !event.altKey) plain(event);
  });
}

function plain(event) {
  if (event.key === "?") openKeys();
  else if (event.key === "m") tell("compose");
  else if (event.key === "/") tell("slash");
  else if (TABS[event.key]) showTab(TABS[event.key]);
  else return;
  event.preventDefault();
}

function showTab(tab) {
  set({ tab });
  openInspector();
}

function step(event, by) {
  event.preventDefault();
  const all = places();
  set({ channel: all[(all.indexOf(store.channel) + by + all.length) % all.length] });
}
