// What a select offers: its own options, or people, roles and channels of the place where it stands.

import { place, store } from "./store.js";

const STRING = 3;
const USER = 5;
const ROLE = 6;
const MENTIONABLE = 7;
const CHANNEL = 8;
/** The one type of channel that the rail shows, among Discord's types. */
const TEXT = 0;

/** {label, value, description, default, face} each, whatever the kind of the select. */
export function pickable(select) {
  if (select.type === STRING) return select.options ?? [];
  const before = new Set((select.defaults ?? []).map((each) => each.id));
  return (OFFERS[select.type] ?? (() => []))(select).map((each) => ({ ...each, default: before.has(each.value) }));
}

const OFFERS = {
  [USER]: () => people(),
  [ROLE]: () => roles(),
  [MENTIONABLE]: () => [...people(), ...roles()],
  [CHANNEL]: (select) => channels(select.channel_types ?? []),
};

const guildHere = () => store.guilds.find((guild) => guild.id === place(store.channel)?.guild_id);

export function people() {
  const here = guildHere();
  const there = store.persons.filter((each) => !here || !each.guilds || each.guilds.includes(here.id));
  const everybody = [...there, { ...store.bot, bot: true }];
  return everybody.map((each) => ({ label: each.name, value: each.id, face: { ...each, bot: Boolean(each.bot) } }));
}

export const roles = () => (guildHere()?.roles ?? []).map((each) => ({ label: `@${each.name.replace(/^@/, "")}`, value: each.id }));

export function channels(kinds) {
  const fitting = (guildHere()?.channels ?? []).filter(() => !kinds.length || kinds.includes(TEXT));
  return fitting.map((each) => ({ label: `#${each.name}`, value: each.id }));
}
