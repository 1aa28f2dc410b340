// Completing a mention: who can be meant while an @ is being written.

import { avatar } from "./avatar.js";
import { mentionable, store } from "./store.js";

const BEGUN = /(^|\s)@([\p{L}\p{N}_-]*)$/u;

/** Those whose name begins as the word at the cursor does. */
export function mentions(box) {
  const begun = BEGUN.exec(box.value.slice(0, box.selectionStart));
  if (!begun) return [];
  const fitting = mentionable().filter((each) => each.name.toLowerCase().startsWith(begun[2].toLowerCase()));
  if (fitting.length === 1 && fitting[0].name === begun[2]) return [];
  return fitting.map((each) => ({
    nodes: [avatar({ ...each, bot: each.id === store.bot.id }, "avatar.small"), each.name],
    take: () => mention(box, each.name),
  }));
}

function mention(box, name) {
  const before = box.value.slice(0, box.selectionStart).replace(BEGUN, `$1@${name} `);
  box.setRangeText(before, 0, box.selectionStart, "end");
  box.dispatchEvent(new Event("input", { bubbles: true }));
}
