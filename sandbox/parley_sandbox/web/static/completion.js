// Completing a mention: who can be meant is listed above the box while an @ is being written.

import { avatar } from "./avatar.js";
import { h, settle } from "./dom.js";
import { mentionable, store } from "./store.js";

const BEGUN = /(^|\s)@([\p{L}\p{N}_-]*)$/u;

export function complete(box, place) {
  let found = [];
  let at = 0;

  const draw = () => {
    const open = found.length > 0;
    box.setAttribute("aria-expanded", String(open));
    box.setAttribute("aria-activedescendant", open ? `suggestion-${at}` : "");
    settle(place, open ? [h("ul", { id: "suggestions", role: "listbox" }, found.map(option))] : []);
  };
  const option = (each, number) =>
    h(
      "li",
      {
        id: `suggestion-${number}`,
        role: "option",
        "aria-selected": String(number === at),
        onmousedown: (event) => {
          event.preventDefault();
          at = number;
          take();
        },
      },
      avatar({ ...each, bot: each.id === store.bot.id }, "avatar.small"),
      each.name,
    );
  const look = () => {
    const begun = BEGUN.exec(box.value.slice(0, box.selectionStart));
    found = begun ? mentionable().filter((each) => each.name.toLowerCase().startsWith(begun[2].toLowerCase())) : [];
    if (begun && found.length === 1 && found[0].name === begun[2]) found = [];
    at = 0;
    draw();
  };
  const take = () => {
    const before = box.value.slice(0, box.selectionStart).replace(BEGUN, `$1@${found[at].name} `);
    box.setRangeText(before, 0, box.selectionStart, "end");
    found = [];
    draw();
    box.dispatchEvent(new Event("input", { bubbles: true }));
  };

  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-controls", "suggestions");
  box.addEventListener("input", look);
  box.addEventListener("blur", () => {
    found = [];
    draw();
  });
  box.addEventListener("keydown", (event) => {
    if (!found.length || event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      at = (at + (event.key === "ArrowDown" ? 1 : -1) + found.length) % found.length;
      draw();
    } else if (event.key === "Enter" || event.key === "Tab") take();
    else if (event.key === "Escape") {
      found = [];
      draw();
    } else return;
    event.preventDefault();
  });
  draw();
}
