// The quiet line under a reply: how fast it was, how it ended, the way to its trace.

import { h } from "./dom.js";
import { duration } from "./figures.js";
import { tell, turnOf } from "./store.js";
import { t, tIf } from "./texts.js";

const STATES = { queued: "stateQueued", waiting: "stateWaiting", answering: "stateAnswering" };
const SOURCES = { stored: "sourceStored", follow: "sourceFollow" };

/** Under the last message of a reply; under the question while there is no reply. */
export function metaOf(message) {
  const turn = turnOf(message.id);
  if (!turn || (turn.message_ids.at(-1) ?? turn.turn_id) !== message.id) return null;
  const words = turn.state === "ended" ? ending(turn) : [running(turn)];
  const show = h("button.quiet", { type: "button", "data-key": "trace", onclick: () => tell("inspect", message) }, t("showTrace"));
  return h("div.meta", {}, joined(words.filter(Boolean)), turn.trace_id ? show : null);
}

const running = (turn) => (STATES[turn.state] ? h("span", {}, t(STATES[turn.state])) : null);

function ending(turn) {
  const words = [];
  if (turn.first_text_at && turn.asked_at) words.push(t("metaFirst", { time: duration(turn.first_text_at - turn.asked_at) }));
  if (turn.ended_at && turn.asked_at) words.push(t("metaDone", { time: duration(turn.ended_at - turn.asked_at) }));
  if (SOURCES[turn.source]) words.push(t(SOURCES[turn.source]));
  const spans = words.map((text) => h("span", {}, text));
  if (turn.outcome && turn.outcome !== "answered") {
    const outcome = tIf(`outcome${turn.outcome[0].toUpperCase()}${turn.outcome.slice(1)}`, turn.outcome);
    spans.push(h("span.bad", {}, turn.reason ? `${outcome}: ${turn.reason}` : outcome));
  }
  return spans;
}

const joined = (spans) => spans.flatMap((span, at) => (at ? [h("span", { "aria-hidden": "true" }, "·"), span] : [span]));
