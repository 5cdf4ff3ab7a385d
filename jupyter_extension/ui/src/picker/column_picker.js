// Which columns a table shows, and in which order.

/**
 * @param {object} options
 * @param {any} options.keys answer of api/nbtrack/runs/keys
 * @param {() => string[]} options.shown names of the columns, in order
 * @param {(names: string[]) => void} options.onChange
 * @returns {{element: HTMLElement, destroy(): void}}
 */
export function columnPicker({ shown }) {
  const element = document.createElement("div");
  element.textContent = shown().join(", ");
  return { element, destroy() {} };
}
