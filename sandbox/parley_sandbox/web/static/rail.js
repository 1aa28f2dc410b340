// Where one can talk, and as whom.

import { avatar } from "./avatar.js";
import { byId, h, settle } from "./dom.js";
import { closeSheets } from "./sheets.js";
import { me, on, set, store, tell } from "./store.js";
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
  on("channel unread guilds person", draw);
  draw();
}

function guild(each) {
  const channels = each.channels.map((channel) => entry(channel.id, "#", channel.name));
  return [h("h2", {}, each.name), h("ul", {}, channels)];
}

const direct = () => (store.direct ? entry(store.direct, "", store.bot.name, avatar({ ...store.bot, bot: true }, "avatar.small")) : null);

function entry(channel, sign, name, face = null) {
  const count = store.unread.get(channel) ?? 0;
  const link = h(
    "a.place",
    {
      href: `?${new URLSearchParams({ person: store.person, channel })}`,
      class: count ? "unread" : "",
      "aria-current": channel === store.channel ? "page" : null,
      onclick: (event) => choose(event, channel),
    },
    face ?? h("span.hash", { "aria-hidden": "true" }, sign),
    name,
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
