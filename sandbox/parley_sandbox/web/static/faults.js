// Breaking things on purpose: what there is, and what waits for its moment.

import { api } from "./api.js";
import { h, iconButton, settle } from "./dom.js";
import { on, store, tell } from "./store.js";
import { t } from "./texts.js";

const NAMES = { discord: "Discord", claude: "Claude" };

export function faults(whole) {
  const place = h("div");
  const said = h("p.faint", { role: "status" });
  settle(whole, [said, place]);
  const load = async () => {
    if (store.tab !== "load") return;
    try {
      draw(place, await api.faults());
    } catch (error) {
      settle(place, [h("p.hint", {}, error.message)]);
    }
  };
  on("injected", (kind) => {
    said.textContent = t("injected", { kind: kind.replaceAll("_", " ") });
    said.scrollIntoView({ block: "center" });
  });
  on("refused", (sentence) => (said.textContent = sentence));
  on("tab event:faults", load);
  // One that struck is used up without a word: look again when something was answered.
  on("event:turn event:request", () => place.querySelector(".active") && load());
  load();
}

function draw(place, { kinds, active }) {
  const opened = new Set([...place.querySelectorAll("details[open]")].map((each) => each.dataset.source));
  const sources = [...new Set(kinds.map((kind) => kind.source))];
  settle(place, [
    ...(active.length ? [h("h3", {}, t("faultsWaiting")), ...active.map(waiting), clear()] : []),
    h("h3", {}, t("faultsTitle")),
    h("p.faint", {}, t("faultsText")),
    ...sources.map((source) => group(source, kinds, opened)),
  ]);
}

function group(source, kinds, opened) {
  const own = kinds.filter((kind) => kind.source === source);
  return h(
    "details.group",
    { "data-source": source, open: opened.has(source) },
    h("summary", {}, `${NAMES[source]} · ${own.length}`),
    own.map(kind),
  );
}

function kind(each) {
  const name = each.kind.replaceAll("_", " ");
  return h(
    "div.fault",
    {},
    h("b", {}, name),
    h("button.plain-button", { type: "button", "aria-label": `${t("inject")}: ${name}`, onclick: () => run(api.addFault(each.source, each.kind).then(() => tell("injected", each.kind))) }, t("inject")),
    h("small", {}, each.description),
  );
}

function waiting(each) {
  const often = each.times === null ? t("always") : t("times", { count: each.times });
  return h(
    "div.fault.active",
    {},
    h("span", {}, h("b", {}, each.kind.replaceAll("_", " ")), ` · ${NAMES[each.source]} · ${often}`),
    iconButton("close", t("remove"), () => run(api.removeFault(each.id))),
  );
}

const clear = () => h("div.actions", {}, h("button.plain-button", { type: "button", onclick: () => run(api.clearFaults()) }, t("removeAll")));

const run = (asked) => asked.catch((error) => tell("refused", error.message));
