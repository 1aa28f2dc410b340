// Every word of the page, in the browser's language.

import { en } from "./texts/en.js";
import { ja } from "./texts/ja.js";

export const language = navigator.languages.some((each) => each.startsWith("en") || each.startsWith("ja"))
  ? navigator.languages.find((each) => each.startsWith("en") || each.startsWith("ja")).slice(0, 2)
  : "en";

const words = { en, ja }[language];

/** The text of this name; {places} are filled from `values`. */
export function t(name, values = {}) {
  const text = words[name] ?? en[name];
  return text.replace(/\{(\w+)\}/g, (_, key) => String(values[key] ?? ""));
}

/** The text of this name, or what stands for it when the page does not know the name. */
export const tIf = (name, otherwise) => (words[name] || en[name] ? t(name) : otherwise);
