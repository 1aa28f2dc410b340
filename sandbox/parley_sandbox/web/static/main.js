// The start of the page: what is there, then everything that listens.

import { addressed, keepAddress } from "./address.js";
import { useAnnouncements } from "./announce.js";
import { api } from "./api.js";
import { showComposer } from "./composer.js";
import { questionOf, showConversation } from "./conversation.js";
import { byId } from "./dom.js";
import { showInspector } from "./inspector.js";
import { useKeys } from "./keys.js";
import { useListKeys } from "./listkeys.js";
import { useMenu } from "./menu.js";
import { useModals } from "./modal.js";
import { showRail } from "./rail.js";
import { openInspector, useSheets } from "./sheets.js";
import { on, place, set, store, tell } from "./store.js";
import { listen } from "./stream.js";
import { language, t } from "./texts.js";
import { useThreads } from "./threads.js";
import { showTop } from "./topbar.js";

const AGAIN = 1500;

async function start() {
  document.documentElement.lang = language;
  document.querySelector("[data-text='skip']").textContent = t("skip");
  const wanted = addressed();
  const state = await reached(wanted.person);
  take(state, wanted.channel);
  document.body.classList.toggle("real", store.sources.discord === "real");
  set({ tab: wanted.tab, turn: wanted.turn, trace: wanted.trace });
  showTop();
  showRail();
  useTurns();
  showConversation();
  showComposer();
  showInspector();
  useListKeys();
  useMenu();
  useModals();
  useThreads();
  useAnnouncements();
  useSheets();
  useKeys();
  keepAddress();
  useConnection();
  listen(store.person, state.place);
  if (matchMedia("(min-width: 700px)").matches) byId("message").focus();
}

/** Take over a whole state at once: whoever hears of the person finds a channel that is theirs. */
function take(state, wanted) {
  const { person, persons, bot, guilds, direct, sources, capacity } = state;
  const channel = place(wanted, state) ? wanted : guilds[0].channels[0].id;
  set({ person, persons, bot, guilds, direct, sources, capacity, channel });
  store.turns = new Map(state.turns.reverse().map((turn) => [turn.turn_id, turn]));
}

/** The state, once the sandbox answers: it may still be starting. */
async function reached(person) {
  for (;;) {
    try {
      const state = await api.state(person);
      set({ connected: true });
      byId("lost").hidden = true;
      return state;
    } catch {
      byId("lost").textContent = t("lost");
      byId("lost").hidden = false;
      await new Promise((done) => setTimeout(done, AGAIN));
    }
  }
}

function useTurns() {
  on("event:turn", (turn) => store.turns.set(turn.turn_id, turn));
  on("event:capacity", (capacity) => set({ capacity }));
  on("event:presence", (presence) => {
    store.bot.presence = presence;
    tell("presence");
  });
  on("said", (message) => set({ turn: message.id, trace: null }));
  on("inspect", (message) => {
    set({ turn: questionOf(message), trace: null, tab: store.tab === "load" ? "trace" : store.tab });
    openInspector();
  });
}

function useConnection() {
  on("connected", (connected) => {
    byId("lost").textContent = connected ? "" : t("lost");
    byId("lost").hidden = connected;
  });
  on("event:reset", () => renew(store.person));
  on("become", renew);
}

/** Ask for everything anew: as somebody else, or because too much was missed. */
async function renew(person) {
  const state = await reached(person);
  const wanted = store.channel === store.direct ? state.direct : store.channel;
  store.messages.clear();
  store.typing.clear();
  take(state, wanted);
  listen(store.person, state.place);
  tell("reload");
  tell("event:faults");
}

start();
