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

/**
 * {id, name, guild, guild_id, topic, direct, parent} of a channel or thread; `parent` is a thread's channel. Null when
 * the person of this state has none of that id.
 */
export function place(channel, state = store) {
  if (channel === state.direct) return { id: channel, name: state.bot.name, guild: null, guild_id: null, topic: "", direct: true, parent: null };
  for (const guild of state.guilds) {
    const there = { guild: guild.name, guild_id: guild.id, direct: false };
    for (const each of guild.channels) {
      if (each.id === channel) return { ...each, ...there, parent: null };
      const thread = each.threads?.find((one) => one.id === channel);
      if (thread) return { topic: "", ...thread, ...there, parent: each };
    }
  }
  return null;
}

/** How a place is called in a sentence. */
export const named = (here) => (here.direct || here.parent ? here.name : `#${here.name}`);

/** Every place in the order of the rail. A thread that was put away is there only while it is looked at. */
export const places = () => [
  ...store.guilds.flatMap((guild) => guild.channels.flatMap((each) => [each.id, ...openThreads(each).map((thread) => thread.id)])),
  ...(store.direct ? [store.direct] : []),
];

export const openThreads = (channel) => (channel.threads ?? []).filter((thread) => !thread.archived || thread.id === store.channel);

/** Take over what is new about a thread. */
export function keepThread(thread) {
  for (const channel of store.guilds.flatMap((guild) => guild.channels)) {
    if (channel.id !== thread.parent_id) continue;
    const others = (channel.threads ?? []).filter((each) => each.id !== thread.id);
    channel.threads = [...others, thread].sort((one, other) => (one.id.padStart(20, "0") < other.id.padStart(20, "0") ? -1 : 1));
  }
  tell("guilds");
}

/** The turn to which a message belongs, as question or as part of the reply. */
export function turnOf(message) {
  if (store.turns.has(message)) return store.turns.get(message);
  for (const turn of store.turns.values()) if (turn.message_ids.includes(message)) return turn;
  return null;
}

/** The names that a mention can complete to. */
export const mentionable = () => [store.bot, ...store.persons.filter((person) => person.id !== store.person)];
