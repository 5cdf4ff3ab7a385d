/**
 * Draw the pages of a server into an element.
 * @param {HTMLElement} host
 * @param {{base: string}} options base: address of the server, with a slash at its end
 * @returns {() => void} what ends it
 */
export function mount(host, { base }) {
  host.textContent = base;
  return () => {};
}
