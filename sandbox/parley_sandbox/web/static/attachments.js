// Files that wait to go with the next message: pasted, dropped or chosen; each a card that can be taken off again.

import { h, icon, iconButton, settle } from "./dom.js";
import { size } from "./figures.js";
import { t } from "./texts.js";

const MOST = 10;
const LARGEST = 10 * 1024 * 1024;

/** Gather files for a box; `changed` hears of every change, `refuse` gets a sentence for what cannot go along. */
export function attachments(box, dropped, { changed, refuse }) {
  let files = [];
  const cards = h("ul.attachments", { hidden: true, "aria-label": t("attached") });
  const input = h("input", { type: "file", multiple: true, hidden: true, "aria-label": t("attach") });
  const button = iconButton("plus", t("attach"), () => input.click());
  const put = (next) => {
    files = next;
    cards.hidden = !files.length;
    settle(cards, files.map(card));
    changed();
  };
  const add = (more) => {
    const fitting = [...more].filter((file) => file.size <= LARGEST);
    const all = [...files, ...fitting];
    put(all.slice(0, MOST));
    if (fitting.length < more.length) refuse(t("tooLarge", { size: size(LARGEST) }));
    if (all.length > MOST) refuse(t("tooMany", { count: MOST }));
  };
  const card = (file) =>
    h(
      "li.attachment",
      {},
      icon("file"),
      h("span", {}, file.name, h("small", {}, size(file.size))),
      iconButton("close", t("takeOff", { name: file.name }), () => {
        put(files.filter((each) => each !== file));
        box.focus();
      }),
    );
  input.addEventListener("change", () => {
    add(input.files);
    input.value = "";
    box.focus();
  });
  box.addEventListener("paste", (event) => {
    if (!event.clipboardData.files.length) return;
    event.preventDefault();
    add(event.clipboardData.files);
  });
  useDrops(dropped, add);
  return { cards, input, button, files: () => files, put };
}

/** The whole conversation takes what is dropped, and says so while something hovers over it. */
function useDrops(place, add) {
  const over = (event, yes) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    place.classList.toggle("dropping", yes);
  };
  place.addEventListener("dragover", (event) => over(event, true));
  place.addEventListener("dragleave", (event) => place.contains(event.relatedTarget) || over(event, false));
  place.addEventListener("drop", (event) => {
    over(event, false);
    add(event.dataTransfer.files);
  });
}
