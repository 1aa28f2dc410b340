// Where one can talk, and as whom.

import { avatar } from "./avatar.js";
import { byId, h, settle } from "./dom.js";
import { presence } from "./presence.js";
import { closeSheets } from "./sheets.js";
import { me, on, openThreads, set, store, tell } from "./store.js";
import { t } from "./texts.js";

export function showRail() {
  const rail = byId("rail");
  rail.setAttribute("aria-label", t("places"));
  const places = h("div.places.scroll");
  const you = h("div.you");
  rail.append(places, you);
  const draw = () => {
    settle(places, [...store.guilds.flatMap(guild), h("h2", {}, t("directMessages")), h("ul", {}, direct())]);
    settle(you, [avatar(me()), person()]);
  };
  on("channel unread guilds person presence", draw);
  draw();
}

function guild(each) {
  const channels = each.channels.flatMap((channel) => [entry(channel.id, "#", channel.name), ...openThreads(channel).map(thread)]);
  return [h("h2", {}, each.name), h("ul", {}, channels)];
}

const thread = ({ id, name }) => entry(id, "⤷", name, null, "thread");

function direct() {
  if (!store.direct) return null;
  const face = h("span.face", {}, avatar({ ...store.bot, bot: true }, "avatar.small"), presence(true));
  const status = store.bot.presence?.text;
  return entry(store.direct, "", status ? h("span", {}, store.bot.name, h("small", {}, status)) : store.bot.name, face);
}

function entry(channel, sign, name, face = null, kind = "") {
  const count = store.unread.get(channel) ?? 0;
  const link = h(
    "a.place",
    {
      href: `?${new URLSearchParams({ person: store.person, channel })}`,
      class: [kind, count ? "unread" : ""].join(" "),
      "aria-current": channel === store.channel ? "page" : null,
      onclick: (event) => choose(event, channel),
    },
    face ?? h("span.hash", { "aria-hidden": "true" }, sign),
    typeof name === "string" ? h("span", {}, name) : name,
    count ? h("span.count", { "aria-label": t("unread", { count }) }, String(count)) : null,
  );
  return h("li", {}, link);
}

function choose(event, channel) {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  set({ channel });
  closeSheets();
}

function person() {
  const options = store.persons.map((each) =>
    h("option", { value: each.id, selected: each.id === store.person }, `${each.name} · ${each.locale}`),
  );
  const managed = me().manages.join(", ");
  return h(
    "label",
    { title: managed ? t("manages", { guilds: managed }) : null },
    managed ? `${t("you")} · ${t("manages", { guilds: managed })}` : t("you"),
    h("select", { onchange: (event) => tell("become", event.target.value) }, options),
  );
}
