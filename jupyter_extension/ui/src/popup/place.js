// Where a popup goes: beside what opened it, within the window.

import { adopt } from "../theme.js";
import sheet from "./popup.css";

const GAP = 4;
const MARGIN = 8;
const SMALLEST = 160;

/**
 * @typedef {{top: number, bottom: number, left: number, right: number}} Box
 * @typedef {{width: number, height: number}} Size
 */

/**
 * @param {Box} anchor
 * @param {Size} popup as large as it wants to be
 * @param {Size} window_
 * @returns {{left: number, top: number, maxHeight: number}}
 */
export function placeBeside(anchor, popup, window_) {
  const below = window_.height - anchor.bottom - GAP - MARGIN;
  const above = anchor.top - GAP - MARGIN;
  const down = popup.height <= below || below >= above;
  const maxHeight = Math.max(SMALLEST, down ? below : above);
  const height = Math.min(popup.height, maxHeight);
  const top = down ? anchor.bottom + GAP : anchor.top - GAP - height;
  const aligned = anchor.left + popup.width + MARGIN <= window_.width ? anchor.left : anchor.right - popup.width;
  return {
    left: within(aligned, MARGIN, window_.width - popup.width - MARGIN),
    top: within(top, MARGIN, window_.height - height - MARGIN),
    maxHeight,
  };
}

/**
 * @param {number} value
 * @param {number} least wins where both do not fit
 * @param {number} most
 */
const within = (value, least, most) => Math.max(least, Math.min(value, most));

/**
 * Put a popup beside its anchor.
 * @param {HTMLElement} popup
 * @param {Element} anchor
 */
export function place(popup, anchor) {
  popup.style.maxHeight = "";
  const size = { width: popup.offsetWidth, height: popup.offsetHeight };
  const { clientWidth: width, clientHeight: height } = document.documentElement;
  const found = placeBeside(anchor.getBoundingClientRect(), size, { width, height });
  popup.style.left = `${found.left}px`;
  popup.style.top = `${found.top}px`;
  popup.style.maxHeight = `${found.maxHeight}px`;
}

/**
 * The element that a popup becomes a child of: it must have the theme, and count as inside of the
 * popup or dialog that it is opened from.
 * @param {Element} anchor
 */
export function layerOf(anchor) {
  const layer = anchor.closest("[popover], dialog, .nbt") ?? document.body;
  adopt(layer, sheet);
  return layer;
}

/**
 * Put the focus where it was, if it is nowhere else by now.
 * @param {Element | null} before
 * @param {HTMLElement} gone the popup
 */
export function giveBackFocus(before, gone) {
  const now = /** @type {Document | ShadowRoot} */ (gone.getRootNode()).activeElement;
  if (now && now !== document.body && !gone.contains(now)) return;
  if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
}

/**
 * @param {Element} near
 * @returns {Element | null}
 */
export const focused = (near) => /** @type {Document | ShadowRoot} */ (near.getRootNode()).activeElement;
