// The small form that sets a tag on runs, or takes one away.

import { h } from "../dom.js";
import { count } from "../format.js";

let lastId = 0;

/**
 * @param {object} options
 * @param {number} options.runs how many
 * @param {string[]} options.keys tags that runs have
 * @param {(change: import("./changes.js").Change, done: string) => void} options.onChange done: a sentence without its subject
 */
export function tagForm({ runs, keys, onChange }) {
  const id = `nbt-tag-${++lastId}`;
  const known = h("datalist", { id: `${id}-keys` }, keys.map((key) => h("option", { value: key })));
  const key = h("input.nbt-input", { id: `${id}-key`, required: true, maxLength: 250, spellcheck: false, autocomplete: "off" });
  key.setAttribute("list", known.id);
  const value = h("input.nbt-input", { id: `${id}-value`, spellcheck: false, autocomplete: "off" });
  const set = h("button.nbt-button.nbt-primary", { type: "submit" }, `Set on ${count(runs, "run")}`);
  const remove = h("button.nbt-button.nbt-danger", { type: "button", onclick: takeAway }, "Remove this tag");
  function takeAway() {
    if (key.reportValidity()) onChange({ delete_tags: [key.value] }, `The tag ${key.value} was removed from`);
  }
  return h(
    "form.nbt-tag-form",
    {
      onsubmit(/** @type {SubmitEvent} */ event) {
        event.preventDefault();
        onChange({ set_tags: [{ key: key.value, value: value.value }] }, `The tag ${key.value} was set on`);
      },
    },
    h("label", { htmlFor: key.id }, "Tag"),
    key,
    h("label", { htmlFor: value.id }, "Value"),
    value,
    known,
    h("div.nbt-dialog-buttons", null, remove, set),
  );
}
