// The line in which runs are searched for: completion, what was asked before, errors under the word.

import { h, icon } from "../dom.js";
import { adopt } from "../theme.js";
import { complete } from "./complete.js";
import { readComplaint } from "./complaint.js";
import { optionList } from "./option_list.js";
import sheet from "./query.css";
import { recentQueries } from "./recent.js";

/** @typedef {import("./complete.js").Keys} Keys */

/**
 * @typedef {object} QueryBox
 * @property {HTMLElement} element
 * @property {(text: string) => void} set show a filter that was chosen elsewhere
 * @property {(error: Error | null) => void} showError of the filter that was asked for last
 * @property {() => void} focus
 * @property {() => void} destroy
 */

const LENS = "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.3 10.3L14 14";
const CROSS = "M4 4l8 8M12 4l-8 8";

let lastId = 0;

/**
 * @param {object} options
 * @param {import("../source/source.js").Source} options.source
 * @param {string[]} options.experimentIds
 * @param {string} options.text the filter that counts now
 * @param {() => Promise<Keys>} options.keys asked each time the box gets the focus
 * @param {(text: string) => void} options.onQuery
 * @returns {QueryBox}
 */
export function queryBox({ experimentIds, text, keys, onQuery }) {
  const box = new Box(recentQueries(experimentIds), keys, onQuery);
  box.set(text);
  requestAnimationFrame(() => adopt(box.parts.element, sheet));
  return {
    element: box.parts.element,
    set: (next) => box.set(next),
    showError: (error) => box.showError(error),
    focus: () => box.parts.input.focus(),
    destroy: () => box.list.hide(),
  };
}

class Box {
  /**
   * @param {ReturnType<typeof recentQueries>} recent
   * @param {() => Promise<Keys>} keys
   * @param {(text: string) => void} onQuery
   */
  constructor(recent, keys, onQuery) {
    this.recent = recent;
    this.keys = keys;
    this.onQuery = onQuery;
    this.parts = draw();
    this.list = optionList(this.parts.input, (option) => this.accept(option));
    /** @type {Keys | null} */
    this.known = null;
    this.asked = "";
    this.#listen();
    this.#edited();
  }

  #listen() {
    const { input, clear, mirror } = this.parts;
    input.addEventListener("input", () => {
      this.#edited();
      if (input.value || !this.offerRecent()) this.offer();
    });
    input.addEventListener("focus", () => {
      void this.#learn();
      if (!input.value) this.offerRecent();
    });
    input.addEventListener("click", () => input.value || this.list.isOpen() || this.offerRecent());
    input.addEventListener("blur", () => this.list.hide());
    input.addEventListener("scroll", () => (mirror.scrollLeft = input.scrollLeft));
    input.addEventListener("keydown", (event) => {
      if (event.isComposing || !KEYS[event.key]?.(this, event)) return;
      event.preventDefault();
      event.stopPropagation();
    });
    clear.addEventListener("click", () => {
      this.clear();
      input.focus();
    });
  }

  /** @param {string} next */
  set(next) {
    const { input } = this.parts;
    if (next === this.asked) return; // what somebody is typing stays
    this.asked = next;
    input.value = next;
    this.list.hide();
    this.#edited();
  }

  /** @param {string} text */
  ask(text) {
    this.list.hide();
    this.asked = text.trim();
    this.recent.add(this.asked);
    this.#edited();
    this.onQuery(this.asked);
  }

  clear() {
    this.parts.input.value = "";
    this.ask("");
  }

  /** @param {import("./option_list.js").Option} option */
  accept({ from, to, insert, run }) {
    const { input } = this.parts;
    const rest = input.value.slice(to).replace(/^ /, "");
    input.value = input.value.slice(0, from) + insert + rest;
    input.setSelectionRange(from + insert.length, from + insert.length);
    this.#edited();
    if (run) this.ask(input.value);
    else this.offer();
  }

  /** Offer what may stand at the cursor. */
  offer() {
    const { input, mirror, element } = this.parts;
    const caret = input.selectionStart ?? input.value.length;
    const found = input.selectionEnd === caret ? complete(input.value, caret, this.known) : null;
    if (!found) return this.list.hide();
    const { from, to } = found;
    mark(mirror, input.value, from, to);
    mirror.scrollLeft = input.scrollLeft;
    const options = found.options.map((option) => ({ ...option, from, to }));
    this.list.show(options, from ? mirror.children[0] : element);
  }

  offerRecent() {
    const options = this.recent.all().map((text) => ({ label: text, detail: "", insert: text, from: 0, to: 0, run: true }));
    this.list.show(options, this.parts.element);
    return options.length > 0;
  }

  /** @param {Error | null} error */
  showError(error) {
    const { input, mirror, wrong } = this.parts;
    const { sentence, from, to } = error ? readComplaint(error.message, this.asked) : NOTHING;
    wrong.textContent = sentence;
    wrong.hidden = !error;
    wrong.style.paddingInlineStart = "";
    input.setAttribute("aria-invalid", String(error !== null));
    if (error) this.recent.remove(this.asked);
    const placed = from >= 0 && input.value.trim() === this.asked;
    mirror.classList.toggle("nbt-wrong", placed);
    const blanks = input.value.length - input.value.trimStart().length;
    if (placed) point(this.parts, from + blanks, to + blanks);
  }

  #edited() {
    const { input, clear, hint } = this.parts;
    this.showError(null);
    clear.hidden = !input.value;
    hint.hidden = input.value.trim() === this.asked;
  }

  async #learn() {
    try {
      this.known = await this.keys();
    } catch {
      return; // attributes and operators are offered still
    }
    if (this.list.isOpen() && this.parts.input.value) this.offer();
  }
}

const NOTHING = { sentence: "", from: -1, to: -1 };

/** @type {Record<string, (box: Box, event: KeyboardEvent) => boolean>} whether the key is used up */
const KEYS = {
  Enter(box) {
    const option = box.list.active();
    if (option) box.accept(option);
    else box.ask(box.parts.input.value);
    return true;
  },
  Tab(box, { shiftKey }) {
    const option = box.list.active() ?? (box.parts.input.value ? box.list.first() : undefined);
    if (!option || shiftKey) return false;
    box.accept(option);
    return true;
  },
  Escape(box) {
    if (box.list.isOpen()) box.list.hide();
    else if (box.parts.input.value) box.clear();
    else return false;
    return true;
  },
  ArrowDown: (box) => step(box, 1),
  ArrowUp: (box) => step(box, -1),
  " "(box, { ctrlKey }) {
    if (ctrlKey) box.offer();
    return ctrlKey;
  },
};

/**
 * @param {Box} box
 * @param {1 | -1} by
 */
function step(box, by) {
  if (box.list.isOpen()) box.list.move(by);
  else if (box.parts.input.value || !box.offerRecent()) box.offer();
  return true;
}

function draw() {
  const id = `nbt-query-${++lastId}`;
  const input = h("input.nbt-query-input", {
    type: "text",
    role: "combobox",
    placeholder: "Search runs: metrics.acc > 0.9 AND params.model = 'resnet'",
    "aria-label": "Search runs",
    "aria-autocomplete": "list",
    "aria-haspopup": "listbox",
    "aria-describedby": `${id}-wrong`,
    "data-nbt-search": "true",
    spellcheck: false,
    autocomplete: "off",
    autocapitalize: "off",
  });
  const mirror = h("div.nbt-query-mirror", { "aria-hidden": "true" });
  const field = h("div.nbt-query-field", null, input, mirror);
  const hint = h("span.nbt-query-hint", { "aria-hidden": "true" }, "Enter ↵");
  const clear = h("button.nbt-button.nbt-plain.nbt-query-clear", { type: "button", "aria-label": "Clear the search" }, icon(CROSS));
  const wrong = h("div.nbt-query-wrong", { id: `${id}-wrong`, role: "alert" });
  const line = h("div.nbt-query-line", null, icon(LENS), field, hint, clear);
  const element = h("div.nbt-query", { role: "search", "data-lm-suppress-shortcuts": "true" }, line, wrong);
  return { element, field, input, mirror, hint, clear, wrong };
}

/**
 * Lay out the text behind the box, with a word that can be measured and underlined.
 * @param {HTMLElement} mirror
 * @param {string} text
 * @param {number} from
 * @param {number} to
 */
function mark(mirror, text, from, to) {
  // At the end of the text there is nothing to underline but a blank.
  const word = h("span", null, text.slice(from, to) || "\u00a0");
  mirror.replaceChildren(text.slice(0, from), word, text.slice(to));
}

/**
 * Show where the text is wrong.
 * @param {ReturnType<typeof draw>} parts
 * @param {number} from
 * @param {number} to
 */
function point({ input, mirror, wrong, field }, from, to) {
  mark(mirror, input.value, from, to);
  const word = /** @type {HTMLElement} */ (mirror.children[0]);
  const width = input.clientWidth;
  if (word.offsetLeft < input.scrollLeft || word.offsetLeft + word.offsetWidth > input.scrollLeft + width) {
    input.scrollLeft = word.offsetLeft - width / 2;
  }
  mirror.scrollLeft = input.scrollLeft;
  const left = word.offsetLeft - input.scrollLeft + field.offsetLeft;
  wrong.style.paddingInlineStart = `${Math.max(0, Math.min(left, width / 2))}px`;
}
