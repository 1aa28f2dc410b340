// What the page knows, and who wants to hear when it changes.

export const store = {
  person: null,
  persons: [],
  bot: null,
  guilds: [],
  direct: null,
  sources: { discord: "loopback", claude: "loopback" },
  capacity: null,
  channel: null,
  /** Messages by channel, each a Map by id in the order of writing; a channel is here once it was loaded. */
  messages: new Map(),
  unread: new Map(),
  /** Turns by the id of their question. */
  turns: new Map(),
  /** Who types: "channel user" to the moment (ms) at which it is over. */
  typing: new Map(),
  tab: "trace",
  turn: null,
  trace: null,
  connected: true,
};

const listeners = new Map();

/** Call `listener(detail)` whenever one of these topics is told. */
export function on(topics, listener) {
  for (const topic of topics.split(" ")) {
    if (!listeners.has(topic)) listeners.set(topic, new Set());
    listeners.get(topic).add(listener);
  }
}

export function tell(topic, detail) {
  for (const listener of listeners.get(topic) ?? []) listener(detail);
}

/** Set fields and tell each one that differs, by its name. */
export function set(changes) {
  const changed = Object.keys(changes).filter((key) => store[key] !== changes[key]);
  Object.assign(store, changes);
  for (const key of changed) tell(key, store[key]);
}

export const me = () => store.persons.find((person) => person.id === store.person);

/** {name, guild, topic, direct} of a channel, or null when the person of this state has none of that id. */
export function place(channel, state = store) {
  if (channel === state.direct) return { id: channel, name: state.bot.name, guild: null, topic: "", direct: true };
  for (const guild of state.guilds) {
    const found = guild.channels.find((each) => each.id === channel);
    if (found) return { ...found, guild: guild.name, direct: false };
  }
  return null;
}

/** The turn to which a message belongs, as question or as part of the reply. */
export function turnOf(message) {
  if (store.turns.has(message)) return store.turns.get(message);
  for (const turn of store.turns.values()) if (turn.message_ids.includes(message)) return turn;
  return null;
}

/** The names that a mention can complete to. */
export const mentionable = () => [store.bot, ...store.persons.filter((person) => person.id !== store.person)];
