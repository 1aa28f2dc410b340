// The sandbox's JSON interface. A refusal is an Error with the sandbox's own sentence.

import { t } from "./texts.js";

async function call(method, path, body) {
  let response;
  try {
    response = await fetch(path, { method, ...sent(body) });
  } catch {
    throw new Error(t("unreachable"));
  }
  if (response.status === 204) return null;
  const content = await response.json();
  if (!response.ok) throw new Error(content.error ?? `${response.status}`);
  return content;
}

/** A form says itself what it is. */
function sent(body) {
  if (!body || body instanceof FormData) return { body };
  return { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

const query = (parameters) => new URLSearchParams(parameters).toString();

/** The body as it is, or as a form when files go with it. */
function withFiles(body, files) {
  if (!files.length) return body;
  const form = new FormData();
  form.append("payload", JSON.stringify(body));
  for (const file of files) form.append("file", file, file.name);
  return form;
}

export const api = {
  state: (person) => call("GET", `/api/state?${query(person ? { person } : {})}`),
  messages: (channel, person) => call("GET", `/api/channels/${channel}/messages?${query({ person })}`),
  say: (channel, person, content, replyTo, files = []) =>
    call("POST", `/api/channels/${channel}/messages`, withFiles({ person, content, reply_to: replyTo }, files)),
  typing: (channel, person) => call("POST", `/api/channels/${channel}/typing`, { person }),
  edit: (message, person, content) => call("PATCH", `/api/messages/${message}`, { person, content }),
  remove: (message, person) => call("DELETE", `/api/messages/${message}?${query({ person })}`),
  click: (message, person, customId) =>
    call("POST", `/api/messages/${message}/click`, { person, custom_id: customId }),
  select: (message, person, customId, values) =>
    call("POST", `/api/messages/${message}/select`, { person, custom_id: customId, values }),
  answerModal: (interaction, person, values) => call("POST", "/api/modals", { person, interaction, values }),
  commands: (channel, person) => call("GET", `/api/commands?${query({ person, channel })}`),
  command: (channel, person, command, { options = {}, files = [], ...target } = {}) =>
    call("POST", `/api/channels/${channel}/commands`, withFiles({ person, command, options, ...target }, files)),
  complete: (channel, person, command, option, value, options) =>
    call("POST", `/api/channels/${channel}/complete`, { person, command, option, value, options }),
  startThread: (channel, person, name, message) =>
    call("POST", `/api/channels/${channel}/threads`, { person, name, ...(message ? { message_id: message } : {}) }),
  archive: (thread, person, archived) => call("PATCH", `/api/channels/${thread}`, { person, archived }),
  traces: () => call("GET", "/api/traces"),
  trace: (trace) => call("GET", `/api/traces/${trace}`),
  requests: (which) => call("GET", `/api/requests?${query(which)}`),
  faults: () => call("GET", "/api/faults"),
  addFault: (source, kind) => call("POST", "/api/faults", { source, kind }),
  removeFault: (fault) => call("DELETE", `/api/faults/${fault}`),
  clearFaults: () => call("DELETE", "/api/faults"),
};
