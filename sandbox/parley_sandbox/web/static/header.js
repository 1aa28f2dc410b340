// The line over the conversation: where one is, and what can be done with the place.

import { avatar } from "./avatar.js";
import { h, iconButton, settle } from "./dom.js";
import { presence } from "./presence.js";
import { on, place, set, store, tell } from "./store.js";
import { t } from "./texts.js";
import { archive, canBegin } from "./threads.js";

export function showHeader(header) {
  const draw = () => {
    const here = place(store.channel);
    document.title = `${here.direct || here.parent ? here.name : `#${here.name}`} · Parley`;
    settle(header, [...(here.direct ? direct() : here.parent ? thread(here) : channel(here))]);
  };
  on("channel person guilds presence", draw);
  draw();
}

function direct() {
  const topic = t("directTopic", { bot: store.bot.name });
  return [avatar({ ...store.bot, bot: true }, "avatar.small"), h("h1", {}, store.bot.name), presence(), h("p", {}, topic)];
}

function channel(here) {
  const topic = here.topic || t("channelTopic", { bot: store.bot.name });
  const begin = canBegin(here) && store.sources.discord !== "real" ? iconButton("thread", t("startThread"), () => tell("thread", null)) : null;
  return [h("h1", {}, `# ${here.name}`), h("p", {}, `${here.guild} · ${topic}`), begin].filter(Boolean);
}

function thread(here) {
  const up = h("button.quiet", { type: "button", onclick: () => set({ channel: here.parent.id }) }, `# ${here.parent.name}`);
  const state = here.archived ? t("archived") : t("threadTopic", { guild: here.guild });
  const put = h("button.plain-button", { type: "button", onclick: () => archive(here) }, t(here.archived ? "unarchive" : "archive"));
  return [up, h("span.faint", { "aria-hidden": "true" }, "⤷"), h("h1", {}, here.name), h("p", {}, state), put];
}
