// The state in the page's address: channel, person, tab, and the turn or trace that is looked at.

import { on, set, store } from "./store.js";

const KEYS = ["person", "channel", "tab", "turn", "trace"];
const USUAL = { tab: "trace" };

/** What the address says. */
export function addressed() {
  const query = new URLSearchParams(location.search);
  return Object.fromEntries(KEYS.map((key) => [key, query.get(key) ?? USUAL[key] ?? null]));
}

function address() {
  const query = new URLSearchParams();
  for (const key of KEYS) if (store[key] && store[key] !== USUAL[key]) query.set(key, store[key]);
  return `${location.pathname}?${query}`;
}

/** Keep the address true from now on. A change of channel is a step that the back button undoes. */
export function keepAddress() {
  on("channel", () => write("pushState"));
  on("person tab turn trace", () => write("replaceState"));
  addEventListener("popstate", () => {
    const { person, ...rest } = addressed();
    if (person && person !== store.person) location.reload();
    else set(rest);
  });
  history.replaceState(null, "", address());
}

function write(how) {
  if (address() !== location.pathname + location.search) history[how](null, "", address());
}
