// What happened, in three tabs: trace, load, requests.

import { byId, h, iconButton, settle } from "./dom.js";
import { showLoad } from "./load.js";
import { showRequests } from "./requests.js";
import { closeSheets } from "./sheets.js";
import { on, set, store } from "./store.js";
import { t } from "./texts.js";
import { showTrace } from "./trace/panel.js";

const TABS = [
  ["trace", "tabTrace", showTrace],
  ["load", "tabLoad", showLoad],
  ["requests", "tabRequests", showRequests],
];

export function showInspector() {
  const tabs = TABS.map(([name, text]) => tab(name, text));
  const list = h("div", { role: "tablist", "aria-label": t("tabs"), onkeydown: arrows }, tabs);
  const widen = iconButton("wide", t("widen"), () => document.body.classList.toggle("wide"), { class: "widen" });
  const close = iconButton("close", t("close"), closeSheets, { class: "close" });
  const panels = TABS.map(([name]) =>
    h("div.panel.scroll", { id: `panel-${name}`, role: "tabpanel", "aria-labelledby": `tab-${name}`, tabindex: "0" }),
  );
  const aside = byId("inspector");
  aside.setAttribute("aria-label", t("inspect"));
  settle(aside, [h("div.tabs", {}, list, widen, close), ...panels]);
  TABS.forEach(([, , show], at) => show(panels[at]));
  const draw = () => {
    TABS.forEach(([name], at) => {
      panels[at].hidden = store.tab !== name;
      tabs[at].setAttribute("aria-selected", String(store.tab === name));
      tabs[at].setAttribute("tabindex", store.tab === name ? "0" : "-1");
    });
  };
  on("tab", draw);
  if (!TABS.some(([name]) => name === store.tab)) set({ tab: "trace" });
  draw();
}

function tab(name, text) {
  return h(
    "button",
    { type: "button", id: `tab-${name}`, role: "tab", "aria-controls": `panel-${name}`, onclick: () => set({ tab: name }) },
    t(text),
  );
}

function arrows(event) {
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!by) return;
  event.preventDefault();
  const at = TABS.findIndex(([name]) => name === store.tab);
  const [next] = TABS[(at + by + TABS.length) % TABS.length];
  set({ tab: next });
  byId(`tab-${next}`).focus();
}
