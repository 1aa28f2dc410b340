// What became of a press, a choice, a command: it is on its way, it is answered, or nobody answered.

import { written } from "./commands.js";
import { h, iconButton, settle } from "./dom.js";
import { on, store, tell } from "./store.js";
import { t } from "./texts.js";

const COMMAND = 2;
const COMPONENT = 3;
const FORM = 5;

/** By interaction: commands that nobody has answered. */
const commands = new Map();
/** By message: the last press under it, "created" or "failed". */
const presses = new Map();

export function useInteractions(notices) {
  const draw = () => settle(notices, [...commands.values()].filter((each) => each.channel_id === store.channel).map((each) => notice(each, draw)));
  on("event:interaction", (interaction) => {
    if (interaction.person !== store.person) return;
    if (interaction.type === COMMAND) told(commands, interaction.id, interaction);
    else if (interaction.type === COMPONENT) press(interaction);
    else if (interaction.type === FORM) tell("form", interaction);
    draw();
  });
  on("channel", draw);
  on("person", () => {
    commands.clear();
    presses.clear();
  });
}

const told = (known, key, interaction) => (interaction.state === "answered" ? known.delete(key) : known.set(key, interaction));

function press(interaction) {
  told(presses, interaction.message_id, interaction);
  tell("refresh", interaction.message_id);
}

/** What stands under a message whose button or list nobody answered. */
export function failure(message) {
  return presses.get(message)?.state === "failed" ? h("p.failed", { role: "alert" }, t("interactionFailed")) : null;
}

function notice(interaction, draw) {
  const name = written(interaction.name ?? "");
  if (interaction.state === "created") return h("p.notice", { role: "status" }, t("commandSent", { name }));
  const dismiss = () => {
    commands.delete(interaction.id);
    draw();
  };
  return h("p.notice.failed", { role: "alert" }, h("b", {}, name), " ", t("interactionFailed"), iconButton("close", t("dismiss"), dismiss));
}
