// Rail and inspector on narrow screens: drawers that come over the conversation and go again.

import { byId } from "./dom.js";

const classes = document.body.classList;
let before = null;

const narrow = () => matchMedia("(max-width: 1099px)").matches;

export const toggleRail = () => (classes.contains("choosing") ? closeSheets() : open("choosing", "rail"));

export const toggleInspector = () => (classes.contains("inspecting") ? closeSheets() : open("inspecting", "inspector"));

/** Show the inspector where it is not beside the conversation anyway. */
export function openInspector() {
  if (narrow() && !classes.contains("inspecting")) open("inspecting", "inspector");
}

function open(sheet, id) {
  classes.remove("choosing", "inspecting");
  classes.add(sheet);
  before = document.activeElement;
  byId(id).querySelector("[aria-selected='true'], [aria-current], button, a, select")?.focus();
}

/** Close what is open; tell whether anything was. */
export function closeSheets() {
  if (!classes.contains("choosing") && !classes.contains("inspecting")) return false;
  classes.remove("choosing", "inspecting");
  before?.focus();
  before = null;
  return true;
}

export function useSheets() {
  byId("shade").addEventListener("click", closeSheets);
}
