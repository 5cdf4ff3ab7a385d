// A short note at the bottom of the window, read aloud, with a way back.

import { h } from "../dom.js";
import { layerOf } from "./place.js";

const SHOWN = 6000;
const SHOWN_WITH_UNDO = 12_000;

/** @type {WeakMap<Element, () => void>} */
const shown = new WeakMap();

/**
 * Say something; it takes the place of what the same view said before.
 * @param {HTMLElement} host an element of the view
 * @param {string} text
 * @param {{undo?: () => void}} [options]
 * @returns {() => void} what ends it
 */
export function toast(host, text, { undo } = {}) {
  const layer = layerOf(host.closest(".nbt") ?? host);
  shown.get(layer)?.();
  const said = h("span.nbt-toast-text", { role: "status", "aria-live": "polite" });
  const button = undo && h("button.nbt-button.nbt-plain", { type: "button", onclick: back }, "Undo");
  const away = h("button.nbt-button.nbt-plain", { type: "button", onclick: end, "aria-label": "Close this note" }, "×");
  const box = h("div.nbt-popup.nbt-toast", { popover: "manual", "data-lm-suppress-shortcuts": "true" }, said, button, away);
  layer.append(box);
  box.showPopover();
  // A reader only hears what changes in a region that is there.
  requestAnimationFrame(() => (said.textContent = text));
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  timer = later(); // which looks at the timer before it
  box.addEventListener("pointerenter", () => clearTimeout(timer));
  box.addEventListener("focusin", () => clearTimeout(timer));
  box.addEventListener("pointerleave", () => (timer = later()));
  box.addEventListener("focusout", () => (timer = later()));
  shown.set(layer, end);
  return end;

  function later() {
    clearTimeout(timer);
    return setTimeout(end, undo ? SHOWN_WITH_UNDO : SHOWN);
  }
  function end() {
    clearTimeout(timer);
    if (shown.get(layer) === end) shown.delete(layer);
    box.remove();
  }
  function back() {
    end();
    undo?.();
  }
}
