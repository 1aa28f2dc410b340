// What one span says of itself.

import { h } from "../dom.js";
import { duration } from "../figures.js";
import { t } from "../texts.js";
import { partyName } from "./waterfall.js";

export function details(row, openTrace) {
  const { span } = row;
  return h(
    "section.details",
    { "aria-live": "off", "data-party": span.party },
    h("div.row-head", {}, h("span.dot"), h("h2", {}, span.name)),
    span.status === "error" ? h("p.error-box", {}, span.status_message || "error") : null,
    pairs(facts(span)),
    titled("attributes", pairs(Object.entries(span.attributes))),
    titled("eventsTitle", span.events.length ? h("div", {}, span.events.map(event)) : null),
    titled("linksTitle", span.links.length ? links(span.links, openTrace) : null),
    titled("resource", pairs(Object.entries(span.resource))),
  );
}

const facts = (span) => [
  [t("spanService"), span.party === span.service ? span.service : `${span.service} → ${partyName(span.party)}`],
  [t("spanOffset"), `+${duration(span.offset_ms)}`],
  [t("spanDuration"), duration(span.duration_ms)],
  [t("spanCritical"), t(span.critical ? "yes" : "no")],
];

const titled = (text, content) => (content ? [h("h3", {}, t(text)), content] : []);

function pairs(entries) {
  if (!entries.length) return null;
  const shown = entries.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, typeof value === "object" ? JSON.stringify(value) : String(value))]);
  return h("dl.pairs", {}, shown);
}

const event = (each) => h("div", {}, h("b", {}, each.name), h("span.faint", {}, ` +${duration(each.offset_ms)}`), pairs(Object.entries(each.attributes)));

export function links(all, openTrace) {
  return h("ul.lines.links", {}, all.map((link) => h("li", {}, anchor(link.trace_id, openTrace))));
}

function anchor(trace, openTrace) {
  const follow = (event) => {
    event.preventDefault();
    openTrace(trace);
  };
  return h("a.mono", { href: `?${new URLSearchParams({ trace })}`, onclick: follow }, trace);
}
