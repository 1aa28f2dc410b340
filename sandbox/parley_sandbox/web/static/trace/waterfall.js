// The waterfall: a row a span, a colour a party, the critical path darker, marks where text became visible.

import { h } from "../dom.js";
import { duration } from "../figures.js";
import { t } from "../texts.js";
import { marksOf, partiesOf, rowsOf, shortName, ticksOf } from "./model.js";

const NAMES = { redis: "Redis", discord: "Discord", claude: "Claude" };

export const partyName = (party) => NAMES[party] ?? party;

export function legend(trace) {
  return h("ul.legend", {}, partiesOf(trace).map((party) => h("li", { "data-party": party }, h("span.dot"), partyName(party))));
}

/** `view` has: trace, turn, chosen (a row's key), opened (keys), choose(key), toggle(key). */
export function waterfall(view) {
  const rows = rowsOf(view.trace, view.opened);
  const whole = Math.max(view.trace.duration_ms, 0.001);
  const list = h(
    "div.rows",
    {
      role: "tree",
      tabindex: "0",
      "aria-label": t("waterfall"),
      "aria-activedescendant": view.chosen ? `row-${view.chosen}` : null,
      "data-key": "rows",
      onkeydown: (event) => keys(event, rows, view),
    },
    rows.map((row) => line(row, whole, view)),
  );
  return h("div.waterfall", {}, axis(whole), marks(view, whole), list);
}

function axis(whole) {
  const ticks = ticksOf(whole).map((at) => h("span", { "--at": at / whole }, at ? duration(at) : "0"));
  return h("div.axis", { "aria-hidden": "true" }, ticks);
}

function marks(view, whole) {
  const all = marksOf(view.trace, view.turn);
  if (!all.length) return null;
  const ticks = all.map((at, number) => {
    const words = t(number ? "markEdit" : "markFirst", { time: duration(at) });
    return h("i", { "--at": at / whole, class: number ? "" : "first", title: words });
  });
  const words = t("markFirst", { time: duration(all[0]) });
  return h("div", {}, h("span.marks-name", { "aria-hidden": "true" }, t("marks")), h("div.marks", { role: "img", "aria-label": words }, ticks));
}

function line(row, whole, view) {
  const { span } = row;
  const times = row.crowd ? h("span.times", {}, `×${row.spans.length}`) : null;
  const words = `${partyName(span.party)}, ${span.name}, ${duration(span.duration_ms)}`;
  return h(
    "div.span-row",
    {
      id: `row-${row.key}`,
      role: "treeitem",
      "data-party": span.party,
      "--depth": row.depth,
      "aria-level": row.depth + 1,
      "aria-selected": String(view.chosen === row.key),
      "aria-expanded": row.crowd ? String(row.opened) : null,
      "aria-label": row.crowd ? `${words}, ${t("groupOf", { count: row.spans.length })}` : words,
      title: `${span.name} · ${duration(span.duration_ms)}`,
      class: [span.critical && "critical", span.status === "error" && "error"].filter(Boolean).join(" "),
      onclick: () => (row.crowd ? view.toggle(row.key) : view.choose(row.key)),
    },
    h("div.label", {}, h("span.dot"), h("b", {}, shortName(span.name)), times),
    h("div.track", {}, row.spans.map((each) => bar(each, whole))),
  );
}

function bar(span, whole) {
  const classes = [span.critical && "critical", span.status === "error" && "error"].filter(Boolean).join(" ");
  return h("div.bar", { class: classes, "--at": span.offset_ms / whole, "--share": span.duration_ms / whole });
}

function keys(event, rows, view) {
  const at = rows.findIndex((row) => row.key === view.chosen);
  const row = rows[at];
  const next = {
    ArrowDown: rows[Math.min(at + 1, rows.length - 1)],
    ArrowUp: rows[Math.max(at - 1, 0)],
    Home: rows[0],
    End: rows.at(-1),
  }[event.key];
  const toggles = row?.crowd && (event.key === "Enter" || (event.key === "ArrowRight") !== row.opened);
  if (next) view.choose(next.key);
  else if (toggles && ["ArrowRight", "ArrowLeft", "Enter"].includes(event.key)) view.toggle(row.key);
  else return;
  event.preventDefault();
}
