// The list of traces, for when none is chosen.

import { h } from "../dom.js";
import { duration, hour } from "../figures.js";
import { t } from "../texts.js";
import { partyName } from "./waterfall.js";

export function recent(traces, openTrace) {
  if (!traces.length) return [h("p.hint", {}, t("noTraces"))];
  return [h("h2", {}, t("recentTraces")), h("ul.lines", {}, traces.map((trace) => h("li", {}, line(trace, openTrace))))];
}

function line(trace, openTrace) {
  const words = [hour(trace.start_ms), `${trace.spans} ${t("figureSpans")}`, trace.parties.map(partyName).join(", ")];
  return h(
    "button.line",
    { type: "button", onclick: () => openTrace(trace.trace_id) },
    h("span", {}, trace.name),
    trace.errors ? h("span.badge.bad", {}, `${trace.errors} ${t("figureErrors")}`) : h("span.faint", {}, duration(trace.duration_ms)),
    h("small", {}, words.join(" · ")),
  );
}
