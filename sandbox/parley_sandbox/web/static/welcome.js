// What a stranger finds in an empty channel: two questions to ask, and who will do what.

import { h } from "./dom.js";
import { store, tell } from "./store.js";
import { t } from "./texts.js";

const SERVICES = ["gateway", "cache", "executor", "monitor"];

export function welcome(here) {
  const mark = h("img", { src: "/static/mark.svg", alt: "" });
  if (store.sources.discord === "real") {
    return h("section.welcome", {}, mark, h("h2", {}, t("realDiscord")), h("p", {}, t("realDiscordText")), four());
  }
  const title = here.direct ? t("welcomeDirect") : t("welcomeTitle");
  const ask = (text) => tell("ask", here.direct ? text : `@${store.bot.name} ${text}`);
  const chips = [t("suggestion1"), t("suggestion2")].map((text) =>
    h("button.chip", { type: "button", onclick: () => ask(text) }, text),
  );
  return h("section.welcome", {}, mark, h("h2", {}, title), h("p", {}, t("welcomeText")), h("div.chips", {}, chips), four());
}

function four() {
  const about = (name) => t(`about${name[0].toUpperCase()}${name.slice(1)}`);
  return h(
    "dl.four",
    {},
    SERVICES.map((name) => h("div", {}, h("dt", { "data-party": name }, h("span.dot"), name), h("dd", {}, about(name)))),
  );
}
