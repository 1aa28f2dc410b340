// What can be done with a message: one menu for the mouse, the finger and the keyboard.

import { api } from "./api.js";
import { MESSAGE, commandsHere } from "./commands.js";
import { copyText } from "./content.js";
import { list, messageOf } from "./conversation.js";
import { byId, h, icon } from "./dom.js";
import { partOf, popUp, spot, stepped } from "./popup.js";
import { on, store, tell } from "./store.js";
import { t } from "./texts.js";
import { canBegin } from "./threads.js";

const LONG_PRESS = 500;
const MOVED = 10;
/** What the browser's own menu is better for. */
const BROWSERS = "a, img, input, textarea";

export function useMenu() {
  const messages = list();
  messages.addEventListener("contextmenu", (event) => {
    const item = event.target.closest("li.message");
    if (!item || event.target.closest(BROWSERS) || getSelection()?.toString()) return;
    event.preventDefault();
    open(messageOf(item), event.clientX || event.clientY ? spot(event.clientX, event.clientY) : item.getBoundingClientRect());
  });
  messages.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("li.message")) return;
    event.preventDefault();
    open(messageOf(event.target), event.target.getBoundingClientRect());
  });
  on("menu", (message) => open(message, partOf(message.id, "menu")().getBoundingClientRect()));
  useLongPress(messages);
}

/** A finger that rests on a message, where the browser makes no menu event of it. */
function useLongPress(messages) {
  let timer = null;
  let from = null;
  const stop = () => clearTimeout(timer);
  messages.addEventListener("pointerdown", (event) => {
    stop();
    const item = event.target.closest("li.message");
    if (event.pointerType !== "touch" || !item || event.target.closest(`button, ${BROWSERS}`)) return;
    from = spot(event.clientX, event.clientY);
    timer = setTimeout(() => open(messageOf(item), from), LONG_PRESS);
  });
  messages.addEventListener("pointermove", (event) => {
    if (from && Math.hypot(event.clientX - from.x, event.clientY - from.y) > MOVED) stop();
  });
  for (const kind of ["pointerup", "pointercancel"]) messages.addEventListener(kind, stop);
}

async function open(message, near) {
  if (!message) return;
  const apps = message.ephemeral || message.thinking ? [] : await commandsHere(MESSAGE);
  document.querySelector(".menu")?.hidePopover();
  const menu = h("div.menu", { role: "menu", "aria-label": t("messageMenu"), onkeydown: keys });
  menu.append(...entries(message, menu));
  if (apps.length) menu.append(h("hr", { role: "separator" }), group(message, apps, menu));
  popUp(menu, near, () => byId(`m${message.id}`));
  menu.querySelector("[role='menuitem']")?.focus();
}

function entries(message, menu) {
  const mine = message.author.id === store.person;
  const said = (topic) => () => tell(topic, message);
  const open = !message.ephemeral && store.sources.discord !== "real";
  return [
    open && ["reply", t("reply"), said("reply")],
    open && mine && ["edit", t("edit"), said("edit")],
    message.draft && ["copy", t("copyText"), () => copyText(message.draft)],
    open && canBegin() && !message.thread && ["thread", t("startThread"), said("thread")],
    ["trace", t("showTrace"), said("inspect")],
    message.ephemeral && ["close", t("dismiss"), said("dismiss")],
    open && mine && ["trash", t("remove"), said("remove"), "danger"],
  ]
    .filter(Boolean)
    .map(([drawing, words, act, kind]) => entry(menu, [icon(drawing), words], act, kind));
}

/** Close first: what comes next takes the focus. */
function entry(menu, nodes, act, kind = "") {
  const choose = () => {
    menu.hidePopover();
    act();
  };
  return h("button", { type: "button", role: "menuitem", tabindex: "-1", class: kind, onclick: choose }, nodes);
}

function group(message, apps, menu) {
  const id = "menu-apps";
  const call = (command) => () =>
    api
      .command(message.channel_id, store.person, command.id, { target_message: message.id })
      .catch((error) => tell("refused", error.message));
  const made = apps.map((command) => entry(menu, [icon("app"), command.name], call(command)));
  return h("div", { role: "group", "aria-labelledby": id }, h("h3", { id }, t("apps")), made);
}

function keys(event) {
  const all = [...event.currentTarget.querySelectorAll("[role='menuitem']")];
  const next = stepped(event.key, all.indexOf(document.activeElement), all.length);
  if (event.key === "Tab") event.currentTarget.hidePopover();
  else if (next !== null) all[next].focus();
  else return;
  event.preventDefault();
  event.stopPropagation();
}
