// Where a view gets its data, whatever brings it: HTTP, or the kernel over a comm.
//
// Both carry the same REST API (nbtrack/rest/endpoints.py), so a view never knows which one it has.

import { readFrame } from "../frame.js";

/** @typedef {import("../frame.js").Frame} Frame */

/**
 * What happened in the store: `changed` says that asking again may give something new; `points` are
 * points that were just logged, pushed before any server has them.
 *
 * @typedef {{type: "changed"}
 *   | {type: "points", points: {run_id: string, key: string, step: number, timestamp: number, value: number}[]}
 *   | {type: "connection", ok: boolean, message: string}} StoreEvent
 *
 * @typedef {object} Answer
 * @property {number} status of HTTP
 * @property {string} type content type
 * @property {ArrayBuffer} body
 */

/** An answer that is an error: its message is a sentence for the person who looks. */
export class AnswerError extends Error {
  /**
   * @param {string} message
   * @param {number} status of HTTP; 0 where nobody answered
   * @param {string} code of MLflow, for example RESOURCE_DOES_NOT_EXIST
   */
  constructor(message, status, code) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/**
 * @typedef {"GET" | "POST" | "PATCH" | "DELETE"} Method
 *
 * @typedef {object} Transport
 * @property {(method: Method, path: string, args: Record<string, any>, signal?: AbortSignal) => Promise<Answer>} send
 *   args are the JSON body, or the query of a GET
 * @property {(listener: (event: StoreEvent) => void) => () => void} listen
 *   returns what ends it
 * @property {(path: string) => string | null} href
 *   the address of a file or page; null where no server serves it
 * @property {(name: string) => Promise<any>} load
 *   a module of the front end
 */

/** @type {Map<string, Promise<any>>} */
const modules = new Map();

/** The REST API, as the views use it. */
export class Source {
  /** @param {Transport} transport */
  constructor(transport) {
    this.transport = transport;
  }

  /**
   * Ask for JSON.
   * @param {Method} method
   * @param {string} path below the server's address, for example "api/2.0/mlflow/runs/get"
   * @param {Record<string, any>} [args]
   * @param {AbortSignal} [signal]
   * @returns {Promise<any>}
   */
  async json(method, path, args = {}, signal) {
    const answer = await this.checked(method, path, args, signal);
    return answer.body.byteLength ? JSON.parse(new TextDecoder().decode(answer.body)) : {};
  }

  /**
   * Ask for columns.
   * @param {string} path
   * @param {Record<string, any>} [args]
   * @param {AbortSignal} [signal]
   * @returns {Promise<Frame>}
   */
  async frame(path, args = {}, signal) {
    return readFrame((await this.checked("POST", path, args, signal)).body);
  }

  /**
   * Ask for the bytes of a file.
   * @param {string} path
   * @param {Record<string, any>} [args]
   * @param {AbortSignal} [signal]
   */
  async bytes(path, args = {}, signal) {
    return (await this.checked("GET", path, args, signal)).body;
  }

  /**
   * Load a module of the front end, once a page.
   * @param {string} name
   * @returns {Promise<any>}
   */
  module(name) {
    const known = modules.get(name) ?? this.transport.load(name);
    modules.set(name, known);
    known.catch(() => modules.delete(name)); // the next one may have more luck
    return known;
  }

  /**
   * Hear of changes of the store.
   * @param {(event: StoreEvent) => void} listener
   * @returns {() => void} what ends it
   */
  listen(listener) {
    return this.transport.listen(listener);
  }

  /**
   * @param {Method} method
   * @param {string} path
   * @param {Record<string, any>} args
   * @param {AbortSignal | undefined} signal
   */
  async checked(method, path, args, signal) {
    const answer = await this.transport.send(method, path, args, signal);
    if (answer.status >= 400) throw errorOf(answer);
    return answer;
  }
}

/** @param {Answer} answer */
function errorOf(answer) {
  try {
    const said = JSON.parse(new TextDecoder().decode(answer.body));
    return new AnswerError(said.message || `Error ${answer.status}`, answer.status, said.error_code ?? "");
  } catch {
    return new AnswerError(`The server answered with status ${answer.status}.`, answer.status, "");
  }
}
