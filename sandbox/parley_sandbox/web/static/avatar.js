// A face for everybody: initials on a colour made from the id; the bot has its mark.

import { h } from "./dom.js";

/** A hue that is far from its neighbours' for ids that follow each other. */
export function hue(id) {
  let mixed = 0;
  for (const digit of id) mixed = (mixed * 31 + digit.charCodeAt(0)) % 3600;
  return (mixed * 137) % 360;
}

export function avatar(author, kind = "avatar") {
  if (author.bot) return h(`span.${kind}.bot`, { "aria-hidden": "true" }, h("img", { src: "/static/mark.svg", alt: "" }));
  return h(`span.${kind}`, { "aria-hidden": "true", "--hue": hue(author.id) }, [...author.name].slice(0, 1).join(""));
}
