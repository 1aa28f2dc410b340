// The one event stream. When it breaks the page says so, and it comes back by itself.

import { set, tell } from "./store.js";

const KINDS = [
  "message_create",
  "message_update",
  "message_delete",
  "typing",
  "thread_create",
  "thread_update",
  "interaction",
  "modal",
  "presence",
  "turn",
  "capacity",
  "trace",
  "request",
  "faults",
  "reset",
];
const AGAIN = 1500;

let source = null;
let timer = null;
let last = null;

/** Listen as this person to what comes after that place. */
export function listen(person, place) {
  source?.close();
  clearTimeout(timer);
  last = place;
  open(person);
}

function open(person) {
  source = new EventSource(`/api/events?${new URLSearchParams({ person, after: last })}`);
  source.addEventListener("open", () => set({ connected: true }));
  source.addEventListener("error", () => broken(person));
  for (const kind of KINDS) {
    source.addEventListener(kind, (event) => {
      last = event.lastEventId;
      tell(`event:${kind}`, JSON.parse(event.data));
    });
  }
}

/** The browser tries again by itself, unless it has given up. */
function broken(person) {
  set({ connected: false });
  if (source.readyState !== EventSource.CLOSED) return;
  clearTimeout(timer);
  timer = setTimeout(() => open(person), AGAIN);
}
