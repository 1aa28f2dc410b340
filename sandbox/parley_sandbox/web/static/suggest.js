// What fits to what is being written, listed above the box that it is written in.

import { h, settle } from "./dom.js";
import { stepped } from "./popup.js";

let count = 0;

/** `find` gives (or promises) what fits now: a list of {nodes, take}. Of two searches the later one counts. */
export function suggest(box, place, find) {
  const id = `suggestions-${(count += 1)}`;
  let found = [];
  let at = 0;
  let search = 0;

  const draw = () => {
    const open = found.length > 0;
    box.setAttribute("aria-expanded", String(open));
    box.setAttribute("aria-activedescendant", open ? `${id}-${at}` : "");
    settle(place, open ? [h("ul.scroll", { id, role: "listbox" }, found.map(option))] : []);
    place.querySelector("[aria-selected='true']")?.scrollIntoView({ block: "nearest" });
  };
  const option = (each, number) =>
    h(
      "li",
      {
        id: `${id}-${number}`,
        role: "option",
        "aria-selected": String(number === at),
        onmousedown: (event) => {
          event.preventDefault();
          take(number);
        },
      },
      each.nodes,
    );
  const show = (fitting) => {
    found = fitting;
    at = 0;
    draw();
  };
  const look = async () => {
    const mine = (search += 1);
    const fitting = await find();
    if (mine === search) show(fitting);
  };
  const hide = () => {
    search += 1;
    show([]);
  };
  const take = (number) => {
    const taken = found[number];
    hide();
    taken.take();
  };

  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-controls", id);
  box.addEventListener("input", look);
  box.addEventListener("blur", hide);
  box.addEventListener("keydown", (event) => {
    if (!found.length || event.isComposing) return;
    const next = event.key.startsWith("Arrow") ? stepped(event.key, at, found.length) : null;
    if (next !== null) {
      at = next;
      draw();
    } else if (event.key === "Enter" || (event.key === "Tab" && !event.shiftKey)) take(at);
    else if (event.key === "Escape") hide();
    else return;
    event.preventDefault();
  });
  draw();
  return { look, hide };
}
