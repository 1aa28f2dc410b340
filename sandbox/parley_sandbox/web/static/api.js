// The sandbox's JSON interface. A refusal is an Error with the sandbox's own sentence.

import { t } from "./texts.js";

async function call(method, path, body) {
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: body ? { "Content-Type": "application/json" } : {},
      body: body && JSON.stringify(body),
    });
  } catch {
    throw new Error(t("unreachable"));
  }
  if (response.status === 204) return null;
  const content = await response.json();
  if (!response.ok) throw new Error(content.error ?? `${response.status}`);
  return content;
}

const query = (parameters) => new URLSearchParams(parameters).toString();

export const api = {
  state: (person) => call("GET", `/api/state?${query(person ? { person } : {})}`),
  messages: (channel, person) => call("GET", `/api/channels/${channel}/messages?${query({ person })}`),
  say: (channel, person, content, replyTo) =>
    call("POST", `/api/channels/${channel}/messages`, { person, content, reply_to: replyTo }),
  typing: (channel, person) => call("POST", `/api/channels/${channel}/typing`, { person }),
  edit: (message, person, content) => call("PATCH", `/api/messages/${message}`, { person, content }),
  remove: (message, person) => call("DELETE", `/api/messages/${message}?${query({ person })}`),
  click: (message, person, customId) =>
    call("POST", `/api/messages/${message}/click`, { person, custom_id: customId }),
  traces: () => call("GET", "/api/traces"),
  trace: (trace) => call("GET", `/api/traces/${trace}`),
  requests: (which) => call("GET", `/api/requests?${query(which)}`),
  faults: () => call("GET", "/api/faults"),
  addFault: (source, kind) => call("POST", "/api/faults", { source, kind }),
  removeFault: (fault) => call("DELETE", `/api/faults/${fault}`),
  clearFaults: () => call("DELETE", "/api/faults"),
};
