// The commands that the bot has registered, as this person may use them here.

import { api } from "./api.js";
import { store } from "./store.js";

export const SLASH = 1;
export const MESSAGE = 3;
const FRESH = 5000;

/** A command as it is written: only the names of slash commands are small letters without spaces. */
export const written = (name) => (/^[\p{Ll}\p{Lo}\p{M}\p{N}_-]+$/u.test(name) ? `/${name}` : name);

/** By channel and person: when it was asked, and the promise of a list. */
const known = new Map();

/** All commands of this kind in the shown channel; none when they cannot be had. */
export async function commandsHere(type) {
  if (store.sources.discord === "real") return [];
  const key = `${store.channel} ${store.person}`;
  if (!(Date.now() - known.get(key)?.at < FRESH)) {
    known.set(key, { at: Date.now(), list: api.commands(store.channel, store.person).catch(() => []) });
  }
  return (await known.get(key).list).filter((command) => command.type === type);
}
