// The list of traces, for when none is chosen.

import { h } from "../dom.js";
import { duration, hour } from "../figures.js";
import { t } from "../texts.js";
import { partyName } from "./waterfall.js";

/** Turns first: an assessment of the fleet is a trace too, and there are many. */
export function recent(traces, openTrace, open) {
  const turns = traces.filter((trace) => trace.turn);
  const others = traces.filter((trace) => !trace.turn);
  const list = (some) => h("ul.lines", {}, some.map((trace) => h("li", {}, line(trace, openTrace))));
  return [
    turns.length ? h("h2", {}, t("recentTraces")) : h("p.hint", {}, t("noTraces")),
    list(turns),
    ...(others.length ? [h("details.group", { open }, h("summary", {}, `${t("otherTraces")} · ${others.length}`), list(others))] : []),
  ];
}

function line(trace, openTrace) {
  const words = [hour(trace.start_ms), `${t("figureSpans")} ${trace.spans}`, trace.parties.map(partyName).join(", ")];
  return h(
    "button.line",
    { type: "button", onclick: () => openTrace(trace.trace_id) },
    h("span", {}, trace.name),
    trace.errors ? h("span.badge.bad", {}, `${trace.errors} ${t("figureErrors")}`) : h("span.faint", {}, duration(trace.duration_ms)),
    h("small", {}, words.join(" · ")),
  );
}
