// A box beside what opened it, until Escape, a click elsewhere, or the focus going elsewhere.

import { h } from "../dom.js";
import { focused, giveBackFocus, layerOf, place } from "./place.js";

/**
 * @typedef {object} Popover
 * @property {HTMLElement} element
 * @property {() => void} close
 */

/** @type {WeakMap<Element, Popover>} */
const open = new WeakMap();

/**
 * Open a box beside an element; a second call for the same element closes it.
 * @param {HTMLElement} anchor a button, for example
 * @param {Node} content
 * @param {{label?: string, role?: string, focus?: HTMLElement | null, onclose?: () => void}} [options]
 *   focus: what gets it; null leaves it where it is; without it the first control of the content
 * @returns {Popover | null} null where the call closed it
 */
export function openPopover(anchor, content, { label, role = "dialog", focus, onclose } = {}) {
  const before = open.get(anchor);
  if (before) {
    before.close();
    return null;
  }
  const element = h("div.nbt-popup.nbt-popover", { popover: "manual", role, "aria-label": label, tabIndex: -1 }, content);
  // JupyterLab would take the keys for its own shortcuts.
  element.setAttribute("data-lm-suppress-shortcuts", "true");
  layerOf(anchor).append(element);
  const focusedBefore = focused(anchor);
  element.showPopover();
  place(element, anchor);
  anchor.setAttribute("aria-expanded", "true");
  const leave = dismissed(element, anchor, close);
  /** @type {Popover} */
  const popover = { element, close };
  open.set(anchor, popover);
  if (focus !== null) (focus ?? firstControl(element) ?? element).focus({ preventScroll: true });
  return popover;

  function close() {
    if (open.get(anchor) !== popover) return;
    open.delete(anchor);
    leave();
    anchor.setAttribute("aria-expanded", "false");
    if (focus !== null) giveBackFocus(focusedBefore === document.body ? anchor : focusedBefore, element);
    element.remove();
    onclose?.();
  }
}

/**
 * Close on Escape, on a press elsewhere and when the focus goes elsewhere; follow the anchor.
 * @param {HTMLElement} element
 * @param {HTMLElement} anchor
 * @param {() => void} close
 * @returns {() => void} what ends it
 */
function dismissed(element, anchor, close) {
  const ending = new AbortController();
  const options = { signal: ending.signal, capture: true };
  document.addEventListener("pointerdown", (event) => {
    const path = event.composedPath();
    if (!path.includes(element) && !path.includes(anchor)) close();
  }, options);
  const follow = (/** @type {Event} */ event) => {
    if (event.target instanceof Node && element.contains(event.target)) return;
    if (anchor.isConnected) place(element, anchor);
    else close();
  };
  document.addEventListener("scroll", follow, { ...options, passive: true });
  window.addEventListener("resize", follow, options);
  // Its style sheet, or what it lists, may come a moment later.
  const sized = new ResizeObserver(() => anchor.isConnected && place(element, anchor));
  sized.observe(element);
  ending.signal.addEventListener("abort", () => sized.disconnect());
  element.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget instanceof Node && !element.contains(relatedTarget) && relatedTarget !== anchor) close();
  });
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation(); // a popover that this one was opened from stays
    event.preventDefault();
    close();
  });
  return () => ending.abort();
}

const CONTROLS = "input, button, select, textarea, a[href], [tabindex='0']";

/**
 * @param {HTMLElement} element
 * @returns {HTMLElement | null}
 */
const firstControl = (element) => element.querySelector(CONTROLS);
