// The list below the query box: the focus stays in the box, the list follows its keys.

import { fill, h } from "../dom.js";
import { layerOf, place } from "../popup/place.js";

/**
 * @typedef {object} Option
 * @property {string} label
 * @property {string} detail
 * @property {string} insert what takes the place of the text between `from` and `to`
 * @property {number} from
 * @property {number} to
 * @property {boolean} [run] whether choosing it also asks
 */

let lastId = 0;

/**
 * @param {HTMLInputElement} input
 * @param {(option: Option) => void} onChoose
 */
export function optionList(input, onChoose) {
  const id = `nbt-options-${++lastId}`;
  const element = h("div.nbt-popup.nbt-popover.nbt-options", { id, role: "listbox", "aria-label": "Suggestions", popover: "manual" });
  // A press must not take the focus out of the box.
  element.addEventListener("pointerdown", (event) => event.preventDefault());
  element.addEventListener("mousedown", (event) => event.preventDefault());
  input.setAttribute("aria-controls", id);
  input.setAttribute("aria-expanded", "false");
  /** @type {Option[]} */
  let options = [];
  let active = -1;

  /** @param {number} to */
  function activate(to) {
    element.children[active]?.setAttribute("aria-selected", "false");
    active = to;
    const row = element.children[active];
    row?.setAttribute("aria-selected", "true");
    row?.scrollIntoView({ block: "nearest" });
    if (row) input.setAttribute("aria-activedescendant", row.id);
    else input.removeAttribute("aria-activedescendant");
  }

  /**
   * @param {Option[]} found
   * @param {Element} beside what the list stands below
   */
  function show(found, beside) {
    options = found;
    active = -1;
    input.removeAttribute("aria-activedescendant");
    if (!found.length) return hide();
    fill(element, found.map((option, at) => row(option, `${id}-${at}`, () => onChoose(option))));
    if (!element.isConnected) layerOf(input).append(element);
    if (!element.matches(":popover-open")) element.showPopover();
    place(element, beside);
    input.setAttribute("aria-expanded", "true");
  }

  function hide() {
    options = [];
    active = -1;
    element.remove();
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  return {
    show,
    hide,
    isOpen: () => options.length > 0,
    /** @returns {Option | undefined} */
    active: () => options[active],
    /** @returns {Option | undefined} */
    first: () => options[0],
    /** @param {1 | -1} by */
    move: (by) => activate(active < 0 && by < 0 ? options.length - 1 : (active + by + options.length) % options.length),
  };
}

/**
 * @param {Option} option
 * @param {string} id
 * @param {() => void} choose
 */
function row({ label, detail }, id, choose) {
  return h(
    "div.nbt-option",
    { id, role: "option", "aria-selected": "false", onclick: choose },
    h("span.nbt-text", null, label),
    detail && h("span.nbt-quiet", null, detail),
  );
}
