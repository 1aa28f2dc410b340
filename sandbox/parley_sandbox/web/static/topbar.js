// The line at the top: how Parley is, how full its executors are, what is real.

import { byId, h, iconButton, settle } from "./dom.js";
import { openKeys } from "./keys.js";
import { presence } from "./presence.js";
import { toggleInspector, toggleRail } from "./sheets.js";
import { on, store } from "./store.js";
import { t, tIf } from "./texts.js";

export const tierOf = (capacity) => capacity?.tier ?? "unknown";

export const tierName = (tier) => tIf(`tier${tier[0].toUpperCase()}${tier.slice(1)}`, tier);

/** The cells of one executor. */
export function slots(executor) {
  const busy = executor.slots - executor.free;
  const words = t("slotsFree", { free: executor.free, slots: executor.slots });
  const cells = Array.from({ length: executor.slots }, (_, number) => h(number < busy ? "i.busy" : "i"));
  const state = executor.stale ? "stale" : executor.draining ? "draining" : "";
  return h("span.slots", { role: "img", "aria-label": `${executor.name}: ${words}`, title: words, class: state }, cells);
}

export function showTop() {
  const bot = h("span.bot-presence");
  const tier = h("span.tier", { role: "status" });
  const fleet = h("span.fleet");
  const sources = h("span.sources", { title: t("sourcesHint") });
  byId("top").append(
    iconButton("menu", t("menu"), toggleRail, { class: "only-small", "aria-controls": "rail" }),
    h("a.brand", { href: "/", "aria-label": "Parley" }, h("img", { src: "/static/mark.svg", alt: "" }), h("span", {}, "Parley")),
    bot,
    tier,
    fleet,
    sources,
    iconButton("help", t("help"), openKeys),
    iconButton("panel", t("inspect"), toggleInspector, { class: "only-narrow", "aria-controls": "inspector" }),
  );
  const draw = () => {
    tier.dataset.tier = tierOf(store.capacity);
    tier.textContent = tierName(tierOf(store.capacity));
    const executors = store.capacity?.executors ?? [];
    settle(fleet, executors.length ? [h("span.word", {}, t("executors")), ...executors.map(slots)] : []);
  };
  on("capacity", draw);
  const there = () => settle(bot, [presence()]);
  on("presence", there);
  there();
  draw();
  settle(sources, [...source("Discord", store.sources.discord), " · ", ...source("Claude", store.sources.claude)].map(node));
}

function source(name, kind) {
  return [`${name}: `, h("b", { class: kind }, t(kind === "real" ? "sourceReal" : "sourceLoopback"))];
}

const node = (each) => (typeof each === "string" ? document.createTextNode(each) : each);
