// Building elements. Text is always set as text; the one way to HTML is `html`, for what the server rendered.

const policy = window.trustedTypes
  ? window.trustedTypes.createPolicy("parley", { createHTML: (rendered) => rendered })
  : { createHTML: (rendered) => rendered };

/** An element: h("button.quiet", {onclick: f, "aria-label": "Send"}, "text", child, …). */
export function h(kind, properties = {}, ...children) {
  const [tag, ...classes] = kind.split(".");
  const element = document.createElement(tag || "div");
  if (classes.length) element.className = classes.join(" ");
  for (const [name, value] of Object.entries(properties)) assign(element, name, value);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

function assign(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (name.startsWith("--")) element.style.setProperty(name, value);
  else if (name === "class") element.classList.add(...value.split(" ").filter(Boolean));
  else if (name === "value") element.value = value;
  else element.setAttribute(name, value === true ? "" : value);
}

/** Nodes of HTML that the server made of a message; it escapes everything a person or Claude wrote. */
export function html(rendered) {
  const template = document.createElement("template");
  template.innerHTML = policy.createHTML(rendered);
  return template.content;
}

/** Put `nodes` into `parent`, leaving alone those at the front that are already there: a selection survives an edit. */
export function settle(parent, nodes) {
  const wanted = [...nodes];
  let same = 0;
  while (same < wanted.length && parent.childNodes[same]?.isEqualNode(wanted[same])) same += 1;
  while (parent.childNodes.length > same) parent.lastChild.remove();
  parent.append(...wanted.slice(same));
}

export const byId = (id) => document.getElementById(id);

const SVG = "http://www.w3.org/2000/svg";
const PATHS = {
  menu: "M4 7h16M4 12h16M4 17h16",
  panel: "M4 5h16v14H4zM14 5v14",
  close: "M6 6l12 12M18 6L6 18",
  send: "M12 19V5M6 11l6-6 6 6",
  reply: "M9 7l-5 5 5 5M4 12h9a6 6 0 0 1 6 6v1",
  edit: "M4 20h4L19 9l-4-4L4 16zM13.500 6.500l4 4",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  trace: "M4 6h8M7 12h9M12 18h8",
  help: "M9.200 9a3 3 0 1 1 4.300 2.700c-.9.5-1.500 1.100-1.500 2.300M12 17.500v.1",
  wide: "M9 6l-6 6 6 6M15 6l6 6-6 6",
  back: "M14 6l-6 6 6 6",
  plus: "M12 5v14M5 12h14",
  more: "M5 12a.7.7 0 1 0 1.400 0a.7.7 0 1 0-1.400 0M11.300 12a.7.7 0 1 0 1.400 0a.7.7 0 1 0-1.400 0M17.600 12a.7.7 0 1 0 1.400 0a.7.7 0 1 0-1.400 0",
  down: "M6 9l6 6 6-6",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  thread: "M5 4v9a4 4 0 0 0 4 4h10M15 13l4 4-4 4",
  app: "M4 4h7v7H4zM13 13h7v7h-7zM13 4h7v7h-7zM4 13h7v7H4z",
  file: "M7 3h7l5 5v13H7zM14 3v5h5",
};

/** A line drawing; what it means is said by its button. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** A button that shows only a drawing. */
export function iconButton(name, label, onclick, more = {}) {
  return h("button.icon-button", { type: "button", "aria-label": label, title: label, onclick, ...more }, icon(name));
}
