// The trace tab: the trace of the chosen turn, or one chosen from the list, kept fresh while its spans arrive.

import { api } from "../api.js";
import { copyText } from "../content.js";
import { byId, h, iconButton, settle } from "../dom.js";
import { duration } from "../figures.js";
import { on, set, store } from "../store.js";
import { t } from "../texts.js";
import { details, links } from "./details.js";
import { marksOf, rowsOf } from "./model.js";
import { recent } from "./recent.js";
import { legend, waterfall } from "./waterfall.js";

const view = { trace: null, chosen: null, opened: new Set(), raw: false };
let panel = null;

export function showTrace(place) {
  panel = place;
  on("turn trace tab reload", load);
  on("event:trace", ({ trace_id: id }) => (!wanted() && !store.turn) || id === wanted() ? load() : null);
  on("event:turn", (turn) => turn.turn_id === store.turn && load());
  load();
}

const turn = () => store.turns.get(store.turn) ?? null;
const wanted = () => store.trace ?? turn()?.trace_id ?? null;

async function load() {
  if (store.tab !== "trace") return;
  const id = wanted();
  try {
    if (id) await loadTrace(id);
    else if (store.turn) settle(panel, pending());
    else settle(panel, recent((await api.traces()).traces, openTrace, panel.querySelector("details.group")?.open));
  } catch {
    settle(panel, id === wanted() ? pending() : []);
  }
}

async function loadTrace(id) {
  const trace = await api.trace(id);
  if (id !== wanted()) return;
  if (!trace) return settle(panel, pending());
  if (view.trace?.trace_id !== id) Object.assign(view, { chosen: null, raw: false, opened: new Set() });
  view.trace = trace;
  draw();
}

function openTrace(id) {
  set({ trace: id, turn: null });
}

function pending() {
  const skeletons = [h("div.skeleton"), h("div.skeleton"), h("div.skeleton"), h("div.skeleton")];
  const over = turn()?.state === "ended" && !turn().trace_id;
  return [head(t("tabTrace")), over ? h("p.hint", {}, t("notTraced")) : h("div", {}, h("p.faint", {}, t("waitingForSpans")), skeletons)];
}

function head(name) {
  return h("div.row-head", {}, iconButton("back", t("allTraces"), () => set({ trace: null, turn: null })), h("h2", {}, name));
}

function draw() {
  const focused = panel.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  const { trace } = view;
  const rows = rowsOf(trace, view.opened);
  const chosen = rows.find((row) => row.key === view.chosen) ?? rows[0];
  const root = trace.spans.find((span) => !span.parent_id);
  const choices = {
    choose: (key) => change({ chosen: key }),
    toggle: (key) => change({ chosen: key, opened: toggled(view.opened, key) }),
  };
  settle(panel, [
    head(root ? root.name : t("waitingForSpans")),
    figures(trace),
    legend(trace),
    waterfall({ ...view, ...choices, chosen: chosen.key, turn: turn() }),
    ...(trace.linked_from.length ? [h("h3", {}, t("linkedFrom")), links(trace.linked_from, openTrace)] : []),
    details(chosen, openTrace),
    actions(trace),
    ...(view.raw ? [h("pre.raw", {}, JSON.stringify(trace, null, 2))] : []),
  ]);
  if (focused) panel.querySelector(`[data-key="${focused}"]`)?.focus({ preventScroll: true });
}

function change(changes) {
  Object.assign(view, changes);
  draw();
  byId(`row-${view.chosen}`)?.scrollIntoView({ block: "nearest" });
}

function toggled(opened, key) {
  const next = new Set(opened);
  if (!next.delete(key)) next.add(key);
  return next;
}

function figures(trace) {
  const marks = marksOf(trace, turn());
  const first = store.trace ? marks[0] : firstText() ?? marks[0];
  const all = [
    first === undefined ? null : ["figureFirst", duration(first)],
    [running() ? "figureSoFar" : "figureDone", duration(store.trace ? trace.duration_ms : done() ?? trace.duration_ms)],
    ["figureSpans", trace.spans.length],
    trace.errors ? ["figureErrors", trace.errors, "bad"] : null,
  ];
  return h("dl.figures", {}, all.filter(Boolean).map(([name, value, kind]) => h("div", { class: kind ?? "" }, h("dt", {}, t(name)), h("dd", {}, String(value)))));
}

const running = () => turn() && turn().state !== "ended" && !store.trace;
const since = (at) => (at && turn().asked_at ? at - turn().asked_at : undefined);
const firstText = () => (turn() ? since(turn().first_text_at) : undefined);
const done = () => (turn() ? since(turn().ended_at) : undefined);

function actions(trace) {
  const copy = async (event) => {
    const button = event.currentTarget;
    await copyText(trace.trace_id);
    button.textContent = t("copied");
    setTimeout(() => (button.textContent = t("copyId")), 1500);
  };
  return h(
    "div.actions",
    {},
    h("button.plain-button", { type: "button", onclick: copy, "data-key": "copy" }, t("copyId")),
    h("button.plain-button", { type: "button", "aria-pressed": String(view.raw), onclick: () => change({ raw: !view.raw }), "data-key": "raw" }, t("rawJson")),
  );
}
