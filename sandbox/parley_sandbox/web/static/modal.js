// A form that the bot opens: a dialog that stays until the bot has taken what was filled in.

import { api } from "./api.js";
import { formDialog } from "./dialog.js";
import { field } from "./fields.js";
import { on, store } from "./store.js";
import { t } from "./texts.js";

const SHORT = 1;
let open = null;

export function useModals() {
  on("event:modal", show);
  on("form", (interaction) => {
    if (interaction.state === "answered") open?.dialog.close();
    if (interaction.state === "failed") open?.refuse(t("interactionFailed"));
  });
  on("person", () => open?.dialog.close());
}

function show(modal) {
  open?.dialog.close();
  const fields = modal.fields.map((each) => field(asked(each)));
  const person = store.person;
  const send = () => api.answerModal(modal.interaction, person, Object.fromEntries(fields.map((each) => [each.name, each.value()])));
  const mine = formDialog(modal.title, fields, t("submit"), send, { kind: "modal", onclose: () => open === mine && (open = null) });
  open = mine;
}

/** What the dialog asks for a field of Discord's. */
function asked(each) {
  const { custom_id: name, style, ...rest } = each;
  return { name, kind: style === SHORT ? "short" : "long", ...rest };
}
