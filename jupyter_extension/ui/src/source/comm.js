// The API over a widget's comm: the kernel answers; the other side is nbtrack/views/comm.py.
//
// A request is {nbtrack: "ask", id, method, path, args}; the answer {nbtrack: "answer", id, status,
// type} with the body as its one buffer. The kernel pushes {nbtrack: "event", event}. A kernel that
// runs a cell answers only after it, so requests go over HTTP wherever a server has the same store.

import { AnswerError } from "./source.js";

/** @typedef {import("./source.js").Answer} Answer */
/** @typedef {import("./source.js").StoreEvent} StoreEvent */

/**
 * @typedef {object} Model what anywidget gives
 * @property {(name: string) => any} get
 * @property {(name: string, value: any) => void} set
 * @property {() => void} save_changes
 * @property {(name: string, listener: (...args: any[]) => void) => void} on
 * @property {(name: string, listener?: (...args: any[]) => void) => void} off
 * @property {(message: any) => void} send
 */

/** After how long a person is told that the kernel is busy, in ms. */
const PATIENCE = 1000;

// Another page that shows the same widget, or this one before it was loaded again, counts too.
const page = Math.random().toString(36).slice(2);
let lastId = 0;

/**
 * @param {Model} model
 * @returns {import("./source.js").Transport & {end: () => void}}
 */
export function commTransport(model) {
  /** @type {Map<string, {resolve: (answer: Answer) => void, timer: any}>} */
  const waiting = new Map();
  /** @type {Set<(event: StoreEvent) => void>} */
  const listeners = new Set();
  /** @param {StoreEvent} event */
  const tell = (event) => listeners.forEach((listener) => listener(event));

  let busy = false; // told that the kernel is

  /** @param {string} id */
  function settled(id) {
    clearTimeout(waiting.get(id)?.timer);
    waiting.delete(id);
    if (!busy || waiting.size) return;
    busy = false;
    tell({ type: "connection", ok: true, message: "" });
  }

  function late() {
    busy = true;
    tell({ type: "connection", ok: false, message: BUSY });
  }

  /**
   * @param {any} message
   * @param {DataView[]} buffers
   */
  function receive(message, buffers) {
    if (message?.nbtrack === "event") tell(eventOf(message.event));
    if (message?.nbtrack !== "answer") return;
    const asked = waiting.get(message.id);
    if (!asked) return; // another view's question
    settled(message.id);
    asked.resolve({ status: message.status, type: message.type, body: bytesOf(buffers[0]) });
  }

  model.on("msg:custom", receive);
  /** @type {ReturnType<typeof commTransport>} */
  const transport = {
    send(method, path, args, signal) {
      const id = `${page}-${++lastId}`;
      return new Promise((resolve, reject) => {
        const unwanted = () => {
          settled(id);
          reject(new AnswerError("No longer wanted.", 0, "ABORTED"));
        };
        if (signal?.aborted) return unwanted();
        waiting.set(id, { resolve, timer: setTimeout(late, PATIENCE) });
        signal?.addEventListener("abort", unwanted, { once: true });
        model.send({ nbtrack: "ask", id, method, path, args });
      });
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    href: () => null,
    end: () => model.off("msg:custom", receive),
    async load(name) {
      const { body } = await transport.send("GET", `static/${name}`, {});
      const address = URL.createObjectURL(new Blob([body], { type: "text/javascript" }));
      return import(address).finally(() => URL.revokeObjectURL(address));
    },
  };
  return transport;
}

/**
 * An event with its numbers: JSON has no NaN and no infinities, so these are texts in it.
 * @param {StoreEvent} event
 * @returns {StoreEvent}
 */
function eventOf(event) {
  if (event.type !== "points") return event;
  return { type: "points", points: event.points.map((point) => ({ ...point, value: Number(point.value) })) };
}

const BUSY = "The kernel is busy; the answer comes after the running cell.";

/** @param {DataView | undefined} view */
function bytesOf(view) {
  if (!view) return new ArrayBuffer(0);
  return /** @type {ArrayBuffer} */ (view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
}
