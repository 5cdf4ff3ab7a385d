// What stands in place of rows: nothing yet, nothing found, something that went wrong.

import { fill, h } from "../dom.js";

/**
 * @param {HTMLElement} element
 * @param {{filter: string, lifecycle: string}} state
 * @param {() => void} clear
 */
export function tellEmpty(element, { filter, lifecycle }, clear) {
  const button = h("button.nbt-button", { type: "button", onclick: clear }, "Clear the filter");
  if (filter) {
    const hint = "A clause on a metric, param or tag keeps only runs that have it.";
    fill(element, empty("No run matches", [hint, h("div.nbt-empty-action", null, button)]));
  } else if (lifecycle === "DELETED_ONLY") {
    fill(element, empty("Nothing is deleted", ["Deleted runs are here until they are removed for good, and can be restored."]));
  } else {
    const how = ["Put ", h("code", null, "%%track"), " above a cell, or use ", h("code", null, "nbtrack.start_run()"), "."];
    fill(element, empty("No runs yet", how));
  }
}

/** @param {HTMLElement} element */
export const tellLoading = (element) => fill(element, h("div.nbt-empty", { "aria-live": "polite" }, "Loading runs …"));

/**
 * @param {HTMLElement} element
 * @param {Error} error
 * @param {() => void} again
 */
export function tellTrouble(element, error, again) {
  const button = h("button.nbt-button", { type: "button", onclick: again }, "Try again");
  fill(element, h("div.nbt-trouble", { role: "alert" }, error.message, h("div.nbt-empty-action", null, button)));
}

/**
 * @param {string} title
 * @param {import("../dom.js").Child[]} text
 */
const empty = (title, text) => h("div.nbt-empty", { role: "status" }, h("strong", null, title), text);
