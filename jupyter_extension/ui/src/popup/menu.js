// A menu: arrow keys, Home, End, first letters, Enter; choosing closes it.

import { h, icon } from "../dom.js";
import { openPopover } from "./popover.js";

/**
 * @typedef {object} MenuItem
 * @property {string} label
 * @property {() => void} onclick
 * @property {boolean} [checked] shown as a check mark; leave it out where nothing is checked
 * @property {boolean} [danger]
 * @property {string | null} [disabled] why it cannot be chosen now
 */

const CHECK = "M3 8.5l3.2 3.2L13 5";

/**
 * @param {HTMLElement} anchor
 * @param {MenuItem[]} items
 * @param {{label?: string}} [options]
 * @returns {import("./popover.js").Popover | null} null where the menu was open and is now closed
 */
export function openMenu(anchor, items, { label = "Menu" } = {}) {
  const checks = items.some((item) => item.checked !== undefined);
  const rows = items.map((item) => row(item, checks, () => popover?.close()));
  const list = h("div.nbt-menu", { onkeydown: (/** @type {KeyboardEvent} */ event) => move(event, rows) }, rows);
  anchor.setAttribute("aria-haspopup", "menu");
  const popover = openPopover(anchor, list, { label, role: "menu", focus: rows[0] });
  return popover;
}

/**
 * @param {MenuItem} item
 * @param {boolean} checks whether any item of the menu can be checked
 * @param {() => void} close
 */
function row(item, checks, close) {
  const choose = () => {
    if (item.disabled) return;
    close();
    item.onclick();
  };
  return h(
    "button.nbt-menu-item",
    {
      type: "button",
      role: item.checked === undefined ? "menuitem" : "menuitemcheckbox",
      "aria-checked": item.checked === undefined ? null : String(item.checked),
      "aria-disabled": item.disabled ? "true" : null,
      title: item.disabled,
      class: `nbt-menu-item${item.danger ? " nbt-danger" : ""}`,
      tabIndex: -1,
      onclick: choose,
      onpointermove: (/** @type {PointerEvent} */ event) =>
        /** @type {HTMLElement} */ (event.currentTarget).focus({ preventScroll: true }),
    },
    checks && h("span.nbt-menu-check", null, item.checked && icon(CHECK)),
    h("span.nbt-text", null, item.label),
  );
}

/**
 * @param {KeyboardEvent} event
 * @param {HTMLElement[]} rows
 */
function move(event, rows) {
  const at = rows.indexOf(/** @type {HTMLElement} */ (event.target));
  const to = target(event, rows, at);
  if (to === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  rows[to].focus();
}

/**
 * @param {KeyboardEvent} event
 * @param {HTMLElement[]} rows
 * @param {number} at
 * @returns {number | undefined} the row that the key leads to
 */
function target({ key, ctrlKey, metaKey, altKey }, rows, at) {
  const last = rows.length - 1;
  if (key === "ArrowDown") return at === last ? 0 : at + 1;
  if (key === "ArrowUp") return at <= 0 ? last : at - 1;
  if (key === "Home") return 0;
  if (key === "End") return last;
  if (key.length !== 1 || key === " " || ctrlKey || metaKey || altKey) return undefined;
  for (let i = 1; i <= rows.length; i++) {
    const next = (at + i) % rows.length;
    if (rows[next].textContent?.toLowerCase().startsWith(key.toLowerCase())) return next;
  }
  return undefined;
}
