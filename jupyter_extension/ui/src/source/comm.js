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

let lastId = 0;

/**
 * @param {Model} model
 * @returns {import("./source.js").Transport}
 */
export function commTransport(model) {
  /** @type {Map<number, {resolve: (answer: Answer) => void, timer: any}>} */
  const waiting = new Map();
  /** @type {Set<(event: StoreEvent) => void>} */
  const listeners = new Set();
  /** @param {StoreEvent} event */
  const tell = (event) => listeners.forEach((listener) => listener(event));

  /**
   * @param {any} message
   * @param {DataView[]} buffers
   */
  function receive(message, buffers) {
    if (message?.nbtrack === "event") tell(eventOf(message.event));
    if (message?.nbtrack !== "answer") return;
    const asked = waiting.get(message.id);
    if (!asked) return; // another view's question
    waiting.delete(message.id);
    clearTimeout(asked.timer);
    if (!waiting.size) tell({ type: "connection", ok: true, message: "" });
    asked.resolve({ status: message.status, type: message.type, body: bytesOf(buffers[0]) });
  }

  model.on("msg:custom", receive);
  /** @type {import("./source.js").Transport} */
  const transport = {
    send(method, path, args, signal) {
      const id = ++lastId;
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => tell({ type: "connection", ok: false, message: BUSY }), PATIENCE);
        waiting.set(id, { resolve, timer });
        signal?.addEventListener("abort", () => {
          clearTimeout(timer);
          waiting.delete(id);
          reject(new AnswerError("No longer wanted.", 0, "ABORTED"));
        });
        model.send({ nbtrack: "ask", id, method, path, args });
      });
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    href: () => null,
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
