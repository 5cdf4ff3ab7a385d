// One stream of server-sent events for all views of a page: browsers allow few connections.

/** @typedef {import("./source.js").StoreEvent} StoreEvent */
/** @typedef {{stream: EventSource, listeners: Set<(event: StoreEvent) => void>}} Shared */

// Each widget of a notebook brings its own copy of this module, so the page itself holds the streams.
const KEY = Symbol.for("nbtrack.events");

/**
 * @param {string} address
 * @param {(event: StoreEvent) => void} listener
 * @returns {() => void} what ends it
 */
export function sharedEvents(address, listener) {
  const holder = /** @type {any} */ (globalThis);
  /** @type {Map<string, Shared>} */
  const streams = (holder[KEY] ??= new Map());
  const shared = streams.get(address) ?? opened(address);
  streams.set(address, shared);
  shared.listeners.add(listener);
  return () => {
    shared.listeners.delete(listener);
    if (shared.listeners.size) return;
    shared.stream.close();
    streams.delete(address);
  };
}

/**
 * @param {string} address
 * @returns {Shared}
 */
function opened(address) {
  const stream = new EventSource(address, { withCredentials: true });
  /** @type {Set<(event: StoreEvent) => void>} */
  const listeners = new Set();
  /** @param {StoreEvent} event */
  const tell = (event) => listeners.forEach((listener) => listener(event));
  let lost = false;
  stream.addEventListener("changed", () => tell({ type: "changed" }));
  stream.onopen = () => {
    if (lost) tell({ type: "connection", ok: true, message: "" });
    if (lost) tell({ type: "changed" }); // whatever was missed
    lost = false;
  };
  stream.onerror = () => {
    if (!lost) tell({ type: "connection", ok: false, message: "The server does not answer. Trying again …" });
    lost = true;
  };
  return { stream, listeners };
}
