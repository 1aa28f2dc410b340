// What Discord received, in order: for the chosen reply, or in this channel.

import { api } from "./api.js";
import { h, settle } from "./dom.js";
import { duration, stamp } from "./figures.js";
import { on, store } from "./store.js";
import { t } from "./texts.js";

const GATHER = 250;

export function showRequests(panel) {
  let timer = null;
  const load = async () => {
    timer = null;
    if (store.tab !== "requests") return;
    const which = store.turn ? { message: store.turn } : { channel: store.channel };
    try {
      draw(panel, (await api.requests(which)).requests);
    } catch (error) {
      settle(panel, [h("p.hint", {}, error.message)]);
    }
  };
  const soon = () => (timer ??= setTimeout(load, GATHER));
  on("tab turn channel reload", load);
  on("event:request event:turn", soon);
  load();
}

function draw(panel, requests) {
  const title = h("h2", {}, t(store.turn ? "requestsTitle" : "requestsChannel"));
  if (!requests.length) {
    const words = store.sources.discord === "real" ? "requestsReal" : "noRequests";
    return settle(panel, [title, h("p.hint", {}, t(words))]);
  }
  const open = new Set([...panel.querySelectorAll("details[open]")].map((each) => each.dataset.number));
  settle(panel, [title, h("div", {}, requests.map((each) => row(each, requests[0].at_ms, open)))]);
}

function row(request, begin, open) {
  const kind = request.status === 429 ? "warn" : request.status >= 200 && request.status < 300 ? "ok" : "bad";
  const head = h(
    "summary",
    { title: `${new Date(request.at_ms).toLocaleTimeString()} · ${stamp(new Date(request.at_ms), "R")}` },
    h("span.after", {}, `+${((request.at_ms - begin) / 1000).toFixed(2)} s`),
    h("span.badge", { class: kind }, String(request.status || "–")),
    h("span.route", {}, h("b", {}, request.method), ` ${short(request.route)}`),
    h("span.took", { title: t("rateLimit") }, left(request.ratelimit) || duration(request.took_ms)),
  );
  const number = String(request.number);
  return h("details.request", { "data-number": number, open: open.has(number) }, head, details(request));
}

/** The route without the channel, which is the same for all: "messages/…". */
const short = (route) => route.replace(/^\/channels\/\{[^}]*\}\//, "").replace(/\{[^}]*\}/g, "…");

/** What the route's bucket had left after this request: "4/5". */
function left(limits) {
  const [remaining, limit] = [limits["X-RateLimit-Remaining"], limits["X-RateLimit-Limit"]];
  return limit === undefined ? "" : `${remaining}/${limit}`;
}

function details(request) {
  const limits = Object.entries(request.ratelimit);
  return h(
    "div",
    {},
    request.faults.map((fault) => h("p.error-box", {}, t("metByFault", { fault }))),
    h("h3", {}, t("requestBody")),
    h("p.mono", {}, request.path),
    h("p.faint", {}, `${stamp(new Date(request.at_ms), "R")} · ${duration(request.took_ms)}`),
    request.body ? h("pre.raw", {}, JSON.stringify(request.body, null, 2)) : null,
    limits.length ? h("h3", {}, t("rateLimit")) : null,
    limits.length ? h("dl.pairs", {}, limits.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])) : null,
    request.response ? h("h3", {}, t("requestResponse")) : null,
    request.response ? h("pre.raw", {}, JSON.stringify(request.response, null, 2)) : null,
  );
}
