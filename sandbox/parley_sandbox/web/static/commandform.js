// Filling in a command: its options in the place of the message box, one after the other with Tab.

import { api } from "./api.js";
import { h, iconButton } from "./dom.js";
import { allRight } from "./dialog.js";
import { field as made } from "./fields.js";
import { channels, people, roles } from "./pickable.js";
import { store } from "./store.js";
import { t } from "./texts.js";

const [STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, FILE] = [3, 4, 5, 6, 7, 8, 9, 10, 11];
const SHOWN = 4;
const WAIT = 120;

/** Put the form before the composer's box. `given` is what already stood behind the command's name. */
export function openCommand(before, { command, rest = "" }, close) {
  const [channel, person] = [store.channel, store.person];
  const fields = [];
  const list = h("div.fields");
  const more = h("div.more");
  const error = h("p.bad", { role: "alert" });
  const send = h("button.strong-button", { type: "submit" }, t("sendCommand"));
  const form = h(
    "form.command",
    { novalidate: true, "aria-label": t("commandForm", { name: command.name }), onsubmit: submit, onkeydown: keys },
    h("header", {}, h("b.pill", {}, `/${command.name}`), h("span.faint", {}, command.description), iconButton("close", t("cancel"), close)),
    list,
    more,
    h("footer", {}, error, send),
  );
  const optionsNow = () => Object.fromEntries(fields.map((each) => [each.name, each.value()]).filter(([, value]) => value !== undefined && !(value instanceof File)));
  const add = (option, value) => {
    const each = made({ ...asked(option), value, complete: option.autocomplete ? (typed) => suggested(option, typed) : null });
    fields.push(each);
    list.append(each.element);
    return each;
  };
  let waiting = 0;
  const suggested = async (option, typed) => {
    const mine = (waiting += 1);
    await new Promise((done) => setTimeout(done, WAIT));
    if (mine !== waiting) return [];
    const found = await api.complete(channel, person, command.id, option.key, typed, optionsNow()).catch(() => ({ choices: [] }));
    return found.choices;
  };

  async function submit(event) {
    event.preventDefault();
    if (!allRight(fields)) return;
    send.disabled = true;
    try {
      const { options, files } = packed(fields);
      await api.command(channel, person, command.id, { options, files });
      close();
    } catch (refused) {
      error.textContent = refused.message;
      send.disabled = false;
    }
  }

  function keys(event) {
    if (event.defaultPrevented || event.isComposing) return;
    if (event.key === "Escape") close();
    else if (event.key === "Enter" && !event.shiftKey && event.target.matches("input, textarea")) form.requestSubmit();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  const few = command.options.length <= SHOWN;
  const first = command.options.find((option) => option.type === STRING);
  for (const option of command.options) {
    if (option.required || few || (rest && option === first)) add(option, option === first ? rest : undefined);
    else more.append(chip(option, add));
  }
  before.before(form);
  (fields.find((each) => each.value() === undefined) ?? fields[0])?.focus();
  if (!fields.length) send.focus();
  return form;
}

/** An option that may be left out: a press brings its field. */
function chip(option, add) {
  const button = h("button.chip", { type: "button", title: option.description, onclick: () => {
    button.remove();
    add(option).focus();
  } }, `+ ${option.name}`);
  return button;
}

/** Files go beside the options; an option names its file by the place in the row. */
function packed(fields) {
  const options = {};
  const files = [];
  for (const { name, value } of fields) {
    const given = value();
    if (given === undefined) continue;
    options[name] = given instanceof File ? files.push(given) - 1 : given;
  }
  return { options, files };
}

/** What the form asks for an option of Discord's. */
function asked(option) {
  const { key, name, description, required, min, max } = option;
  const about = { name: key, label: name, description, required, min, max };
  if (option.choices?.length) return { ...about, kind: "choice", options: option.choices };
  return { ...about, ...(KINDS[option.type] ?? KINDS[STRING])(option) };
}

const KINDS = {
  [STRING]: (option) => (option.autocomplete ? { kind: "short", parse: (typed) => typed || undefined } : { kind: "long", rows: 1 }),
  [INTEGER]: (option) => numeric(option, true),
  [NUMBER]: (option) => numeric(option, false),
  [BOOLEAN]: () => ({ kind: "choice", options: [{ name: t("yes"), value: true }, { name: t("no"), value: false }] }),
  [USER]: () => oneOf(people()),
  [CHANNEL]: () => oneOf(channels([])),
  [ROLE]: () => oneOf(roles()),
  [MENTIONABLE]: () => oneOf([...people(), ...roles()]),
  [FILE]: () => ({ kind: "file" }),
};

const numeric = (option, whole) =>
  option.autocomplete ? { kind: "short", parse: (typed) => (typed ? Number(typed) : undefined) } : { kind: "number", whole };

const oneOf = (offered) => ({ kind: "choice", options: offered.map(({ label, value }) => ({ name: label, value })) });
