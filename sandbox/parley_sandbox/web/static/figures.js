// Times and sizes as people read them, in the page's language.

import { language } from "./texts.js";

/** en-GB rather than en, where the browser says so: its hours are not those of en-US. */
const locale = navigator.languages.find((each) => each.startsWith(language)) ?? language;
const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
const STYLES = {
  t: { timeStyle: "short" },
  T: { timeStyle: "medium" },
  d: { dateStyle: "short" },
  D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" },
  F: { dateStyle: "full", timeStyle: "short" },
};
const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
const STEPS = [
  ["year", 31536000],
  ["month", 2592000],
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

export const hour = (at) => clock.format(new Date(at));

export const full = (at) => new Intl.DateTimeFormat(locale, STYLES.F).format(new Date(at));

/** A timestamp of a message, in one of Discord's styles. */
export function stamp(at, style) {
  if (style !== "R") return new Intl.DateTimeFormat(locale, STYLES[style]).format(at);
  const seconds = (at - Date.now()) / 1000;
  const [unit, length] = STEPS.find(([, size]) => Math.abs(seconds) >= size) ?? STEPS.at(-1);
  return relative.format(Math.round(seconds / length), unit);
}

/** A duration in ms: 0.4 ms, 12 ms, 0.42 s, 3.1 s, 2 min 5 s. */
export function duration(ms) {
  if (ms < 1) return `${ms.toFixed(2)} ms`;
  if (ms < 100) return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
  if (ms < 1000) return `${(ms / 1000).toFixed(2)} s`;
  if (ms < 60000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60000)} min ${Math.round((ms % 60000) / 1000)} s`;
}

export function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1048576 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}
