// One stream of server-sent events for all views of a page: browsers allow few connections.

/** @typedef {import("./source.js").StoreEvent} StoreEvent */
/** @typedef {{listeners: Set<(event: StoreEvent) => void>, close: () => void}} Shared */

// Each widget of a notebook brings its own copy of this module, so the page itself holds the streams.
const KEY = Symbol.for("nbtrack.events");
const AGAIN_MS = 20_000;

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
    shared.close();
    streams.delete(address);
  };
}

/**
 * @param {string} address
 * @returns {Shared}
 */
function opened(address) {
  /** @type {Set<(event: StoreEvent) => void>} */
  const listeners = new Set();
  /** @param {StoreEvent} event */
  const tell = (event) => listeners.forEach((listener) => listener(event));
  let lost = false; // told that the server does not answer
  let missed = false; // something may have happened while nobody listened
  /** @type {EventSource | null} */
  let stream = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let again;

  function begin() {
    const begun = (stream = new EventSource(address, { withCredentials: true }));
    begun.addEventListener("changed", () => tell({ type: "changed" }));
    begun.onopen = () => {
      if (lost) tell({ type: "connection", ok: true, message: "" });
      if (missed) tell({ type: "changed" });
      lost = missed = false;
    };
    begun.onerror = () => {
      if (!lost) tell({ type: "connection", ok: false, message: "The server does not answer. Trying again …" });
      lost = missed = true;
      // Browsers try again by themselves unless the answer was an error.
      if (begun.readyState === EventSource.CLOSED) again = setTimeout(begin, AGAIN_MS);
    };
  }

  function end() {
    clearTimeout(again);
    stream?.close();
    stream = null;
  }

  // A page that nobody sees gives its connection back: with six of them open, a browser would ask
  // this server nothing more.
  function follow() {
    if (document.hidden && stream) {
      end();
      missed = true;
    } else if (!document.hidden && !stream) begin();
  }

  document.addEventListener("visibilitychange", follow);
  follow();
  return {
    listeners,
    close() {
      document.removeEventListener("visibilitychange", follow);
      end();
    },
  };
}
