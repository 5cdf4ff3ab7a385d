// The shown columns in their order: dragged, or moved by Alt and the arrow keys.

import { fill, h, icon } from "../dom.js";
import { described } from "../table/columns.js";
import { FIXED, moved, withColumn } from "./choices.js";

const GRIP = "M6 4v.01M10 4v.01M6 8v.01M10 8v.01M6 12v.01M10 12v.01";
const CROSS = "M4.5 4.5l7 7M11.5 4.5l-7 7";

/**
 * @param {object} options
 * @param {() => string[]} options.shown
 * @param {(names: string[]) => void} options.onChange
 * @returns {{element: HTMLElement, update: () => void}}
 */
export function orderList({ shown, onChange }) {
  const said = h("span.nbt-hidden", { role: "status" });
  const list = h("ul.nbt-picker-order", { "aria-label": "Shown columns, in their order" });
  const count = h("span.nbt-quiet");
  const hint = h("span.nbt-quiet.nbt-picker-hint", null, "drag, or Alt + ↑ ↓");
  const element = h("section.nbt-picker-group", null, h("h3", null, "Shown", count, hint), list, said);

  /**
   * @param {string} name
   * @param {number} to
   */
  function move(name, to) {
    onChange(moved(shown(), name, to));
    const at = shown().indexOf(name);
    said.textContent = `Column ${at + 1} of ${shown().length}`;
    focusOn(at);
  }

  /** @param {number} at */
  const focusOn = (at) => /** @type {HTMLElement | undefined} */ (list.children[at])?.focus();

  /** @param {string} name */
  function hide(name) {
    const at = shown().indexOf(name);
    onChange(withColumn(shown(), name, false));
    focusOn(Math.min(at, shown().length - 1));
  }

  function update() {
    const names = shown();
    count.textContent = ` ${names.length}`;
    fill(list, names.map((name, at) => row(name, at, names.length)));
  }

  /**
   * @param {string} name
   * @param {number} at
   * @param {number} length
   */
  function row(name, at, length) {
    const { label, group } = described(name) ?? { label: name, group: "" };
    const fixed = name === FIXED;
    return h(
      "li.nbt-picker-row",
      {
        tabIndex: at ? -1 : 0,
        draggable: !fixed,
        "data-name": name,
        "aria-label": `${label} ${group}, column ${at + 1} of ${length}`,
        onkeydown: (/** @type {KeyboardEvent} */ event) => pressed(event, name, at),
      },
      h("span.nbt-picker-grip", { "aria-hidden": "true" }, !fixed && icon(GRIP)),
      h("span.nbt-text", null, label),
      group && h("span.nbt-quiet.nbt-picker-share", null, group),
      !fixed && hideButton(label, () => hide(name)),
    );
  }

  /**
   * @param {KeyboardEvent} event
   * @param {string} name
   * @param {number} at
   */
  function pressed(event, name, at) {
    const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (by && event.altKey) move(name, at + by);
    else if (by) focusOn(Math.max(0, Math.min(at + by, shown().length - 1)));
    else if (event.key === "Delete" || event.key === "Backspace") hide(name);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  list.addEventListener("focusin", ({ target }) => {
    for (const one of list.children) /** @type {HTMLElement} */ (one).tabIndex = one === target ? 0 : -1;
  });
  dragging(list, move);
  update();
  return { element, update };
}

/**
 * For the mouse; the keyboard has Delete.
 * @param {string} label
 * @param {() => void} onclick
 */
const hideButton = (label, onclick) =>
  h("button.nbt-button.nbt-plain.nbt-picker-hide", { type: "button", tabIndex: -1, "aria-label": `Hide ${label}`, onclick }, icon(CROSS));

/**
 * @param {HTMLElement} list
 * @param {(name: string, to: number) => void} move
 */
function dragging(list, move) {
  /** @type {HTMLElement | null} */
  let dragged = null;
  list.addEventListener("dragstart", (event) => {
    dragged = rowOf(event);
    dragged?.classList.add("nbt-dragged");
    event.dataTransfer?.setData("text/plain", ""); // Firefox drags nothing without data
  });
  list.addEventListener("dragover", (event) => {
    const over = rowOf(event);
    if (!dragged || !over) return;
    event.preventDefault();
    if (over === dragged) return;
    const { top, height } = over.getBoundingClientRect();
    const down = event.clientY > top + height / 2;
    if (down ? over.nextSibling !== dragged : over.previousSibling !== dragged) over[down ? "after" : "before"](dragged);
  });
  list.addEventListener("drop", (event) => event.preventDefault());
  list.addEventListener("dragend", () => {
    if (!dragged) return;
    const name = dragged.dataset.name ?? "";
    const to = [...list.children].indexOf(dragged);
    dragged = null;
    move(name, to);
  });
}

/** @param {Event} event */
const rowOf = ({ target }) => /** @type {HTMLElement | null} */ (target instanceof Element ? target.closest("li") : null);
