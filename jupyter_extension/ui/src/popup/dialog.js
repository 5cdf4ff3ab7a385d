// Questions that must be answered first: a native modal dialog keeps the focus and the rest inert.

import { h } from "../dom.js";
import { focused, giveBackFocus, layerOf } from "./place.js";

let lastId = 0;

/**
 * Ask for a line of text.
 * @param {object} question
 * @param {string} question.title
 * @param {string} question.label of the field
 * @param {string} [question.value] what stands in it
 * @param {string} [question.action] word on the button
 * @param {boolean} [question.multiline] whether the text may have more than one line
 * @param {(value: string) => string | null | Promise<string | null>} [question.check] what is wrong with a text, as a
 *   sentence; it may ask a server
 * @param {Element} [question.near] an element of the view that asks; without it the focused one
 * @returns {Promise<string | null>} null where the person changed their mind
 */
export function askText({ title, label, value = "", action = "Save", multiline = false, check, near }) {
  const id = `nbt-field-${++lastId}`;
  const field = h(multiline ? "textarea" : "input", {
    class: multiline ? "nbt-input nbt-dialog-lines" : "nbt-input",
    id,
    value,
    rows: multiline ? 8 : null,
    spellcheck: false,
    autocomplete: "off",
    "aria-describedby": `${id}-wrong`,
  });
  const wrong = h("p.nbt-dialog-wrong", { id: `${id}-wrong`, role: "alert" });
  return ask({
    title,
    content: [h("label.nbt-dialog-label", { htmlFor: id }, label), field, wrong],
    action,
    near,
    opened: () => field.select(),
    answer: async () => {
      const problem = (await check?.(field.value)) ?? null;
      wrong.textContent = problem ?? "";
      field.setAttribute("aria-invalid", String(problem !== null));
      return problem === null ? field.value : undefined;
    },
  });
}

/**
 * Ask whether to go on.
 * @param {object} question
 * @param {string} question.title
 * @param {string} question.text what will happen
 * @param {string} question.action word on the button that goes on
 * @param {boolean} [question.danger]
 * @param {Element} [question.near] an element of the view that asks; without it the focused one
 * @returns {Promise<boolean>}
 */
export async function confirmed({ title, text, action, danger = true, near }) {
  const content = [h("p.nbt-dialog-text", null, text)];
  return (await ask({ title, content, action, danger, near, answer: () => true })) ?? false;
}

/**
 * @template T
 * @param {object} question
 * @param {string} question.title
 * @param {Node[]} question.content
 * @param {string} question.action
 * @param {() => T | undefined | Promise<T | undefined>} question.answer undefined keeps the dialog open
 * @param {boolean} [question.danger]
 * @param {() => void} [question.opened]
 * @param {Element} [question.near]
 * @returns {Promise<T | null>}
 */
function ask({ title, content, action, answer, danger, opened, near }) {
  const before = near ? focused(near) : document.activeElement;
  const id = `nbt-dialog-${++lastId}`;
  const go = h(`button.nbt-button.${danger ? "nbt-danger" : "nbt-primary"}`, { type: "submit" }, action);
  const cancel = h("button.nbt-button", { type: "button", onclick: () => dialog.close() }, "Cancel");
  const buttons = h("div.nbt-dialog-buttons", null, cancel, go);
  const form = h("form", { onsubmit: submit, noValidate: true }, h("h2.nbt-text", { id }, title), content, buttons);
  const dialog = h("dialog.nbt-popup.nbt-dialog", { "aria-labelledby": id, "data-lm-suppress-shortcuts": "true" }, form);
  layerOf(near ?? before ?? document.body).append(dialog);
  dialog.showModal();
  opened?.();
  /** @type {T | null} */
  let answered = null;
  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    if (go.disabled) return;
    go.disabled = true;
    const found = await answer();
    go.disabled = false;
    if (found === undefined) return;
    answered = found;
    dialog.close();
  }
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "Escape") event.stopPropagation(); // closes the dialog, not what is below
    const many = event.target instanceof HTMLTextAreaElement;
    if (event.key === "Enter" && many && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      giveBackFocus(before, dialog);
      resolve(answered);
    });
  });
}
