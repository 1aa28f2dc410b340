// Messages that only this person sees, put away by them: the page's own business, for as long as the window lives.

import { on } from "./store.js";

const KEY = "dismissed";

const ids = () => JSON.parse(sessionStorage.getItem(KEY) ?? "[]");

export const dismissed = (message) => ids().includes(message);

/** `gone` takes a message off the page. */
export function useDismissals(gone) {
  on("dismiss", (message) => {
    sessionStorage.setItem(KEY, JSON.stringify([...ids(), message.id]));
    gone(message);
  });
}
