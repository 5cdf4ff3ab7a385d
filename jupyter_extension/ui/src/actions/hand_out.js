// Give something out of the page: a file to keep, a text to paste.

import { h } from "../dom.js";
import { layerOf } from "../popup/place.js";

/**
 * @param {string} name of the file
 * @param {string} text
 * @param {string} type
 */
export function download(name, text, type) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000); // the browser may ask first where to put it
}

/**
 * Put a text on the clipboard.
 * @param {HTMLElement} near an element of the view
 * @param {string} text
 * @returns {Promise<boolean>} whether it is there
 */
export async function copyText(near, text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedFrom(near, text);
  }
}

/**
 * The old way: browsers give pages without TLS no clipboard.
 * @param {HTMLElement} near
 * @param {string} text
 */
function copiedFrom(near, text) {
  const before = document.activeElement;
  const area = h("textarea.nbt-hidden", { value: text, readOnly: true, "aria-hidden": "true" });
  layerOf(near).append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  return done;
}
