// Something that comes up beside what was pressed, and goes when one looks elsewhere: menus and lists of choices.

import { byId } from "./dom.js";

const GAP = 6;
const EDGE = 8;

/**
 * Show `element` near a rectangle, inside the window, over everything else. It is gone when it closes; the focus then
 * goes back to what `back` finds, if it was inside.
 */
export function popUp(element, near, back, onclose = () => {}) {
  element.setAttribute("popover", "auto");
  (document.querySelector("dialog[open]") ?? document.body).append(element);
  element.addEventListener("toggle", (event) => event.newState === "closed" && gone(element, onclose));
  element.addEventListener("beforetoggle", (event) => {
    if (event.newState === "closed" && element.contains(document.activeElement)) back()?.focus();
  });
  element.showPopover();
  put(element, near);
}

function gone(element, onclose) {
  element.remove();
  onclose();
}

/** Under the rectangle; above it when there is more room. */
function put(element, near) {
  const { width, height } = element.getBoundingClientRect();
  const left = Math.max(EDGE, Math.min(near.left, innerWidth - width - EDGE));
  const below = near.bottom + GAP;
  const above = near.top - GAP - height;
  const top = below + height <= innerHeight - EDGE || above < EDGE ? Math.min(below, innerHeight - height - EDGE) : above;
  element.style.left = `${left}px`;
  element.style.top = `${Math.max(EDGE, top)}px`;
}

/** A rectangle without extent, where the pointer was. */
export const spot = (x, y) => new DOMRect(x, y, 0, 0);

/** Finds the part of a message again by its key: a message that changes is drawn anew. */
export const partOf = (message, key) => () => byId(`m${message}`)?.querySelector(`[data-key="${CSS.escape(key)}"]`) ?? byId(`m${message}`);

/** The place in a list of `count` that a key leads to, or null when the key leads nowhere. */
export function stepped(key, at, count) {
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: count - 1 }[key];
  return to === undefined ? null : (to + count) % count;
}
