// What can be done with the selected runs.

/**
 * @typedef {object} Chosen a selected run, as far as the actions need it
 * @property {string} run_id
 * @property {string} name
 * @property {boolean} deleted
 *
 * @param {object} options
 * @param {import("../source/source.js").Source} options.source
 * @param {() => Chosen[]} options.selected
 * @param {() => void} options.onChanged told after something was changed
 * @param {() => {header: string[], rows: Iterable<(string | number | null)[]>}} options.csv what the table shows: the selected
 *   rows, or all of them where none is selected
 * @returns {{element: HTMLElement, update(): void, destroy(): void}}
 */
export function selectionActions({ selected }) {
  const element = document.createElement("div");
  const update = () => (element.textContent = String(selected().length));
  return { element, update, destroy() {} };
}
