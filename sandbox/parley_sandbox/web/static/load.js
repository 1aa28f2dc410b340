// How full Parley is, and what can be broken.

import { h, settle } from "./dom.js";
import { faults } from "./faults.js";
import { duration } from "./figures.js";
import { on, store } from "./store.js";
import { t, tIf } from "./texts.js";
import { slots, tierName, tierOf } from "./topbar.js";

export function showLoad(panel) {
  const fleet = h("div");
  const broken = h("div");
  panel.append(fleet, broken);
  const draw = () => settle(fleet, [tier(), h("h3", {}, t("executorsTitle")), executors()]);
  on("capacity", draw);
  draw();
  faults(broken);
}

function tier() {
  const name = tierOf(store.capacity);
  const words = tIf(`tier${name[0].toUpperCase()}${name.slice(1)}Text`, "");
  const estimate = store.capacity?.estimate_seconds;
  return h(
    "section.tier-card",
    {},
    h("span.tier", { "data-tier": name }, tierName(name)),
    h("p", {}, words),
    estimate ? h("p.faint", {}, t("estimate", { time: duration(estimate * 1000) })) : null,
  );
}

function executors() {
  const all = store.capacity?.executors ?? [];
  if (!all.length) return h("p.faint", {}, t("noExecutors"));
  return h("div.cards", {}, all.map(executor));
}

function executor(each) {
  const states = [each.draining && t("draining"), each.stale && t("stale")].filter(Boolean);
  return h(
    "section.executor",
    {},
    h("div.row-head", {}, h("h2", { title: each.instance }, each.name), h("span.faint.mono", {}, each.version)),
    h("span.faint", {}, [t("slotsFree", { free: each.free, slots: each.slots }), ...states].join(" · ")),
    slots(each),
  );
}
