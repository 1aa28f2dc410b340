// The files of a message: pictures as pictures, texts with their first lines, the rest as cards.

import { copyText } from "./content.js";
import { openDialog } from "./dialog.js";
import { h, icon, settle } from "./dom.js";
import { size } from "./figures.js";
import { t } from "./texts.js";

const PICTURE = /^image\/(png|jpe?g|gif|webp|avif)\b/;
const TEXT = /^(text\/|application\/(json|xml|yaml|toml|javascript|x-sh)\b)/;
const TEXT_NAME = /\.(md|txt|log|csv|tsv|json|ya?ml|toml|ini|py|js|ts|rs|go|c|h|cpp|java|rb|sh|sql|html|css|proto|diff|patch)$/i;
const LARGEST = 512 * 1024;
const LINES = 6;

/** The beginning of texts that were fetched, by address: a message is drawn anew with every edit. */
const texts = new Map();

export function fileOf(each) {
  if (!ours(each.url)) return card(each);
  if (PICTURE.test(each.content_type ?? "")) return picture(each);
  if ((TEXT.test(each.content_type ?? "") || TEXT_NAME.test(each.filename)) && each.size <= LARGEST) return preview(each);
  return card(each);
}

/** The strict policy lets only the page's own origin in. */
const ours = (url) => new URL(url, location.href).origin === location.origin;

const words = (each) => h("span", {}, each.filename, h("small", {}, size(each.size)));

function card(each) {
  return h("a.file", { href: each.url, target: "_blank", rel: "noopener noreferrer", "data-key": each.id }, icon("file"), words(each));
}

const download = (each) => h("a.plain-button", { href: each.url, download: each.filename }, t("download"));

function picture(each) {
  const alt = each.description || each.filename;
  const open = () => openDialog(each.filename, [h("img", { src: each.url, alt }), h("footer", {}, download(each))], { kind: "viewer" });
  const shown = { src: each.url, alt, width: each.width, height: each.height };
  return h("button.picture", { type: "button", "aria-label": t("openFile", { name: alt }), "data-key": each.id, onclick: open }, h("img", shown));
}

function preview(each) {
  const lines = h("pre", {});
  const open = async () => {
    const text = await fetched(each.url);
    const copy = h("button.plain-button", { type: "button", onclick: () => copyText(text) }, t("copy"));
    openDialog(each.filename, [h("pre.scroll", { tabindex: "0" }, text), h("footer", {}, copy, download(each))], { kind: "viewer" });
  };
  const show = (text) => settle(lines, [text.split("\n").slice(0, LINES).join("\n")].map((head) => document.createTextNode(head)));
  const known = texts.get(each.url);
  if (typeof known === "string") show(known);
  else fetched(each.url).then(show);
  const label = t("openFile", { name: each.filename });
  return h("button.file.text", { type: "button", "aria-label": label, "data-key": each.id, onclick: open }, h("span.head", {}, icon("file"), words(each)), lines);
}

/** The text at an address; empty when it can no longer be had. */
async function fetched(url) {
  if (!texts.has(url)) {
    const coming = fetch(url).then((response) => (response.ok ? response.text() : ""), () => "");
    texts.set(url, coming);
    texts.set(url, await coming);
  }
  return texts.get(url);
}
