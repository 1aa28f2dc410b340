// What the text of a message can do: copy code, show spoilers, tell times in the reader's language.

import { h, html } from "./dom.js";
import { full, stamp } from "./figures.js";
import { store } from "./store.js";
import { t } from "./texts.js";

const MINUTE = 60_000;

/** The nodes of a message's text. */
export function contentOf(message) {
  const nodes = html(message.html);
  for (const button of nodes.querySelectorAll(".copy")) {
    button.textContent = t("copy");
    button.setAttribute("aria-label", t("copyCode"));
  }
  for (const spoiler of nodes.querySelectorAll(".spoiler")) spoiler.setAttribute("aria-label", t("spoiler"));
  for (const mark of nodes.querySelectorAll(".mention")) {
    if (mark.dataset.id === store.person) mark.classList.add("me");
  }
  nodes.querySelectorAll("time.stamp").forEach(tellTime);
  if (message.edited_at) addEdited(nodes, message.edited_at);
  return nodes.childNodes;
}

function addEdited(nodes, at) {
  const mark = h("span.edited", { title: full(at) }, t("edited"));
  const last = nodes.lastElementChild;
  if (last?.matches("p")) last.append(" ", mark);
  else nodes.append(mark);
}

function tellTime(element) {
  const at = new Date(element.dateTime);
  element.textContent = stamp(at, element.dataset.style);
  element.title = full(at);
}

/** Listen once for all messages; times that say "ago" stay true. */
export function useContent(root) {
  root.addEventListener("click", (event) => {
    const copy = event.target.closest(".copy");
    if (copy) copyCode(copy);
    const spoiler = event.target.closest(".spoiler");
    if (spoiler) spoiler.setAttribute("aria-expanded", "true");
  });
  root.addEventListener("keydown", (event) => {
    if (!event.target.matches?.(".spoiler") || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    event.target.setAttribute("aria-expanded", "true");
  });
  setInterval(() => root.querySelectorAll("time.stamp[data-style='R']").forEach(tellTime), MINUTE / 6);
}

async function copyCode(button) {
  await copyText(button.closest(".code").querySelector("code").textContent);
  button.textContent = t("copied");
  setTimeout(() => (button.textContent = t("copy")), 1500);
}

/** Where the clipboard is not allowed nothing happens: the text can still be selected. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    getSelection()?.removeAllRanges();
  }
}
