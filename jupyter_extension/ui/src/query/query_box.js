// The line in which runs are searched for.

/**
 * @param {object} options
 * @param {import("../source/source.js").Source} options.source
 * @param {string[]} options.experimentIds
 * @param {string} options.text the filter that counts now
 * @param {() => Promise<any>} options.keys
 * @param {(text: string) => void} options.onQuery
 * @returns {{element: HTMLElement, set(text: string): void, showError(error: Error | null): void, focus(): void, destroy(): void}}
 */
export function queryBox({ text, onQuery }) {
  const element = document.createElement("input");
  element.value = text;
  element.onchange = () => onQuery(element.value);
  return { element, set: (next) => (element.value = next), showError() {}, focus: () => element.focus(), destroy() {} };
}
