// A slash at the beginning of the box: the commands that begin so, and what they do.

import { SLASH, commandsHere } from "./commands.js";
import { h } from "./dom.js";
import { store, tell } from "./store.js";

const BEGUN = /^\/([^\s/]*)$/u;
const WHOLE = /^\/([^\s/]+)(?:\s+([\s\S]*))?$/u;

/** What is listed while a command's name is being written. */
export async function slashCommands(box) {
  const begun = BEGUN.exec(box.value);
  if (!begun || box.selectionStart < box.value.length) return [];
  const here = await commandsHere(SLASH);
  return here.filter((each) => named(each, (name) => name.startsWith(begun[1].toLowerCase()))).map((each) => ({ nodes: line(each), take: () => tell("command", { command: each }) }));
}

/** The command that a text calls, and what stands behind its name; null for a text that is none. */
export async function calledIn(text) {
  const called = WHOLE.exec(text);
  if (!called) return null;
  const command = (await commandsHere(SLASH)).find((each) => named(each, (name) => name === called[1].toLowerCase()));
  return command ? { command, rest: called[2] ?? "" } : null;
}

/** By the name that is shown, or by the one that stands in every language's help. */
const named = (command, fits) => [command.name, command.key].some((name) => name && fits(name.toLowerCase()));

function line(command) {
  const options = command.options.map((each) => h("span.option", { class: each.required ? "required" : "" }, each.name));
  return [h("span.name", {}, h("b", {}, `/${command.name}`), " ", options), h("small", {}, command.description), h("small.by", {}, store.bot.name)];
}
