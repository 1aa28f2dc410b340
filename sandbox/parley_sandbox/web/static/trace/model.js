// From the spans of a trace to what the waterfall draws. Nothing here touches the page.

const CROWD = 4;

/** Rows in tree order. Siblings in a row of the same name and party become one row with `spans`, unless opened. */
export function rowsOf(trace, opened) {
  const rows = [];
  for (let at = 0; at < trace.spans.length; ) {
    const crowd = crowdAt(trace.spans, at);
    const key = `${trace.spans[at].parent_id}/${trace.spans[at].name}/${trace.spans[at].span_id}`;
    if (crowd.length < CROWD) {
      rows.push(single(trace.spans[at]));
      at += 1;
      continue;
    }
    rows.push(together(crowd, key, opened.has(key)));
    if (opened.has(key)) rows.push(...crowd.map((span) => ({ ...single(span), depth: span.depth + 1 })));
    at += crowd.length;
  }
  return rows;
}

/** Leaves that follow each other with the same parent, name and party. */
function crowdAt(spans, begin) {
  const first = spans[begin];
  let end = begin;
  while (end < spans.length && alike(spans[end], first) && !(spans[end + 1]?.depth > spans[end].depth)) end += 1;
  return spans.slice(begin, end);
}

const alike = (span, first) =>
  span.parent_id === first.parent_id && span.depth === first.depth && span.name === first.name && span.party === first.party;

const single = (span) => ({ key: span.span_id, depth: span.depth, span, spans: [span], crowd: false, opened: false });

function together(spans, key, opened) {
  const first = spans[0];
  const end = Math.max(...spans.map((span) => span.offset_ms + span.duration_ms));
  const span = {
    ...first,
    duration_ms: end - first.offset_ms,
    critical: spans.some((each) => each.critical),
    status: spans.some((each) => each.status === "error") ? "error" : first.status,
  };
  return { key, depth: first.depth, span, spans, crowd: true, opened };
}

/** Where text became visible, in ms after the trace's start: the first one, then each edit. */
export function marksOf(trace, turn) {
  const writes = trace.spans.filter((span) => span.writes).map((span) => span.offset_ms + span.duration_ms);
  if (!writes.length && turn?.first_text_at) writes.push(turn.first_text_at - trace.start_ms);
  return writes.filter((at) => at >= 0 && at <= trace.duration_ms).sort((one, other) => one - other);
}

/** Round times for the axis, at most five of them. */
export function ticksOf(duration) {
  const rough = Math.max(duration, 0.001) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough);
  const ticks = [];
  for (let at = 0; at < duration * 0.92; at += step) ticks.push(at);
  return ticks;
}

/** A span's name without what all of its kind share: the package of a call, all of a route but its last word. */
export function shortName(name) {
  const call = /^[\w.]+\/(\w+)$/.exec(name);
  if (call) return call[1];
  const route = /^([A-Z]+) (\/.*)$/.exec(name);
  if (!route) return name;
  const words = route[2].split("/").filter((word) => word && !/^(\{.*\}|\d+)$/.test(word));
  return `${route[1]} ${words.at(-1) ?? route[2]}`;
}

/** The parties of a trace in the order in which they first appear. */
export const partiesOf = (trace) => [...new Set(trace.spans.map((span) => span.party))];
