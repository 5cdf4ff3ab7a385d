// The last queries of a page, kept by the browser where it lets us.

const MOST = 20;

/**
 * @param {string[]} experimentIds
 * @returns {{all(): string[], add(text: string): void, remove(text: string): void}}
 */
export function recentQueries(experimentIds) {
  const name = `nbtrack.queries ${experimentIds.join(",")}`;
  /** @returns {string[]} */
  function all() {
    try {
      const kept = JSON.parse(localStorage.getItem(name) ?? "[]");
      return Array.isArray(kept) ? kept.filter((one) => typeof one === "string").slice(0, MOST) : [];
    } catch {
      return []; // storage is forbidden, or holds something else
    }
  }
  /** @param {string[]} texts */
  function keep(texts) {
    try {
      localStorage.setItem(name, JSON.stringify(texts.slice(0, MOST)));
    } catch {
      // forbidden or full: nothing is offered then
    }
  }
  return {
    all,
    add: (text) => text.trim() && keep([text, ...all().filter((one) => one !== text)]),
    remove: (text) => keep(all().filter((one) => one !== text)),
  };
}
