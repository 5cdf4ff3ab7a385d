// Which columns a table shows, and in which order.

import { fill, h, icon } from "../dom.js";
import { openMenu } from "../popup.js";
import { adopt } from "../theme.js";
import { choiceGroups, matching, withColumn } from "./choices.js";
import { orderList } from "./order_list.js";
import sheet from "./picker.css";

/** @typedef {import("./choices.js").Choice} Choice */
/** @typedef {import("./choices.js").ChoiceGroup} ChoiceGroup */
/** @typedef {() => string[]} Shown names of the columns, in order */
/** @typedef {(names: string[]) => void} Change */

/** So many of a group are drawn; the others are found by searching. */
const MOST = 40;
const DOWN = "M4.5 6.5L8 10l3.5-3.5";

/**
 * @param {object} options
 * @param {import("../query/complete.js").Keys} options.keys what the runs have
 * @param {() => string[]} options.shown names of the columns, in order
 * @param {(names: string[]) => void} options.onChange
 * @returns {{element: HTMLElement, destroy(): void}} the element goes into a popover
 */
export function columnPicker({ keys, shown, onChange }) {
  const groups = choiceGroups(keys);
  const search = h("input.nbt-input.nbt-picker-search", {
    type: "search",
    placeholder: "Search columns",
    "aria-label": "Search columns",
    spellcheck: false,
    autocomplete: "off",
    oninput: () => draw(),
  });
  const order = orderList({ shown, onChange: change });
  const list = h("div.nbt-picker-groups");
  /** @type {(() => void)[]} */
  let updates = [];
  const element = h("div.nbt-picker", null, search, h("div.nbt-picker-lists", null, order.element, list));

  /** @param {string[]} names */
  function change(names) {
    onChange(names);
    order.update();
    updates.forEach((update) => update());
  }

  function draw() {
    const wanted = search.value.trim();
    const found = groups.map((group) => ({ ...group, choices: matching(group.choices, wanted) }));
    order.element.hidden = wanted !== "";
    updates = [];
    const drawn = found.filter(({ choices }) => choices.length).map((group) => section(group, shown, change, updates));
    fill(list, drawn.length ? drawn : h("p.nbt-empty", null, h("strong", null, "No such column"), "Search for a part of its name."));
  }

  draw();
  requestAnimationFrame(() => adopt(element, sheet));
  return { element, destroy: () => element.remove() };
}

/**
 * @param {ChoiceGroup} group
 * @param {Shown} shown
 * @param {Change} change
 * @param {(() => void)[]} updates gets what checks the boxes again
 */
function section({ title, choices }, shown, change, updates) {
  const names = choices.map(({ name }) => name);
  /** @param {boolean} wanted */
  const all = (wanted) => {
    const others = wanted ? [] : choices.flatMap(({ parts }) => parts.map((part) => part.name));
    change([...names, ...others].reduce((now, name) => withColumn(now, name, wanted), shown()));
  };
  /** @param {string} text @param {boolean} wanted */
  const button = (text, wanted) =>
    h("button.nbt-button.nbt-plain", { type: "button", "aria-label": `${text} of ${title.toLowerCase()}`, onclick: () => all(wanted) }, text);
  const more = choices.length - MOST;
  return h(
    "section.nbt-picker-group",
    { role: "group", "aria-label": title },
    h("h3", null, title, h("span.nbt-quiet", null, ` ${choices.length}`), h("span.nbt-picker-all", null, button("All", true), button("None", false))),
    choices.slice(0, MOST).map((choice) => row(choice, shown, change, updates)),
    more > 0 && h("p.nbt-quiet.nbt-picker-more", null, `and ${more.toLocaleString("en")} more: search for them`),
  );
}

/**
 * @param {Choice} choice
 * @param {Shown} shown
 * @param {Change} change
 * @param {(() => void)[]} updates
 */
function row({ name, label, detail, parts }, shown, change, updates) {
  const box = h("input", { type: "checkbox" });
  box.addEventListener("change", () => change(withColumn(shown(), name, box.checked)));
  const update = () => (box.checked = shown().includes(name));
  update();
  updates.push(update);
  return h(
    "div.nbt-picker-row",
    null,
    h("label", { title: label }, box, h("span.nbt-text", null, label)),
    detail && h("span.nbt-quiet.nbt-picker-share", { title: "of the newest runs have it" }, detail),
    parts.length > 0 && partsButton(label, parts, shown, change, updates),
  );
}

/**
 * The button that says which values of a metric are shown, and changes it.
 * @param {string} label
 * @param {{label: string, name: string}[]} parts
 * @param {Shown} shown
 * @param {Change} change
 * @param {(() => void)[]} updates
 */
function partsButton(label, parts, shown, change, updates) {
  const words = h("span");
  const button = h("button.nbt-button.nbt-plain.nbt-picker-parts", { type: "button", "aria-haspopup": "menu", onclick: open }, words, icon(DOWN));
  function open() {
    const now = shown();
    const items = parts.map((part) => ({
      label: part.label,
      checked: now.includes(part.name),
      onclick: () => change(withColumn(shown(), part.name, !now.includes(part.name))),
    }));
    openMenu(button, items, { label: `Values of ${label}` });
  }
  function update() {
    const now = shown();
    const on = parts.filter(({ name }) => now.includes(name)).map((part) => part.label);
    words.textContent = on.join(", ") || parts[0].label;
    words.classList.toggle("nbt-quiet", !on.length);
    button.setAttribute("aria-label", `Values of ${label}: ${on.join(", ") || "none"}`);
  }
  update();
  updates.push(update);
  return button;
}
