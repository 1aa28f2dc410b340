// Dialogs: the rest of the page waits, Escape closes, and the focus goes back to where it was.

import { h, iconButton } from "./dom.js";
import { t } from "./texts.js";

let count = 0;

/** Open a dialog with this title over `body`; it is removed when it closes. */
export function openDialog(title, body, { kind = "", onclose = () => {} } = {}) {
  const id = `dialog-${(count += 1)}`;
  const dialog = h(
    "dialog.dialog",
    { "aria-labelledby": id, class: kind },
    h("header", {}, h("h2", { id }, title), iconButton("close", t("close"), () => dialog.close())),
    body,
  );
  dialog.addEventListener("close", () => {
    dialog.remove();
    onclose();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** The buttons at the foot of a form in a dialog. */
export function foot(doing, dismiss) {
  return h(
    "footer",
    {},
    h("p.bad", { role: "alert" }),
    h("button.plain-button", { type: "button", onclick: dismiss }, t("cancel")),
    h("button.strong-button", { type: "submit" }, doing),
  );
}

/** A form in a dialog: `send` is called when every field is right; what it throws is said at the foot. */
export function formDialog(title, fields, doing, send, options = {}) {
  const form = h("form.fields", { novalidate: true }, fields.map((field) => field.element), foot(doing, () => dialog.close()));
  const dialog = openDialog(title, form, options);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!allRight(fields)) return;
    say(form, "", true);
    try {
      await send(dialog);
    } catch (error) {
      say(form, error.message, false);
    }
  });
  fields[0]?.focus();
  return { dialog, refuse: (sentence) => say(form, sentence, false) };
}

function say(form, sentence, busy) {
  form.querySelector("footer .bad").textContent = sentence;
  form.querySelector("[type='submit']").disabled = busy;
}

/** Check every field, so that each shows what is wrong with it; the first wrong one gets the focus. */
export function allRight(fields) {
  const wrong = fields.filter((field) => !field.check());
  wrong[0]?.focus();
  return !wrong.length;
}
