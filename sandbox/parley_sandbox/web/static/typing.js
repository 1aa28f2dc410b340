// Who is typing in this channel. Discord shows it for ten seconds, or until their message is there.

import { settle } from "./dom.js";
import { on, store } from "./store.js";
import { t } from "./texts.js";

const LASTS = 10_000;

export function showTyping(line) {
  const draw = () => settle(line, [document.createTextNode(words(typists()))]);
  on("event:typing", ({ channel_id: channel, user_id: user }) => {
    if (user === store.person) return;
    store.typing.set(`${channel} ${user}`, Date.now() + LASTS);
    setTimeout(draw, LASTS + 50);
    draw();
  });
  on("event:message_create", (message) => {
    store.typing.delete(`${message.channel_id} ${message.author.id}`);
    draw();
  });
  on("channel", draw);
}

function typists() {
  const now = Date.now();
  const here = [...store.typing].filter(([key, until]) => key.startsWith(`${store.channel} `) && until > now);
  return here.map(([key]) => nameOf(key.split(" ")[1])).filter(Boolean);
}

const nameOf = (user) => [store.bot, ...store.persons].find((each) => each.id === user)?.name;

function words(names) {
  if (!names.length) return "";
  return names.length === 1 ? t("typingOne", { name: names[0] }) : t("typingMany", { names: names.join(", ") });
}
