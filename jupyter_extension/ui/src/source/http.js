// The API over HTTP, below any address; changes by server-sent events.

import { AnswerError } from "./source.js";
import { sharedEvents } from "./events.js";

/**
 * @param {string} base address of the server, with a slash at its end
 * @returns {import("./source.js").Transport}
 */
export function httpTransport(base) {
  return {
    async send(method, path, args, signal) {
      const url = new URL(path, base);
      /** @type {RequestInit} */
      const request = { method, signal, credentials: "same-origin", headers: {} };
      if (method === "GET") addQuery(url, args);
      else {
        request.body = JSON.stringify(args);
        request.headers = { "Content-Type": "application/json", ...xsrf() };
      }
      try {
        const reply = await fetch(url, request);
        const type = reply.headers.get("Content-Type") ?? "";
        return { status: reply.status, type, body: await reply.arrayBuffer() };
      } catch (error) {
        if (signal?.aborted) throw error;
        throw new AnswerError("The server does not answer. Is it still running?", 0, "");
      }
    },
    listen: (listener) => sharedEvents(new URL("api/nbtrack/events", base).href, listener),
    href: (path) => new URL(path, base).href,
    load: (name) => import(new URL(`static/${name}`, base).href),
  };
}

/**
 * @param {URL} url
 * @param {Record<string, any>} args
 */
function addQuery(url, args) {
  for (const [name, value] of Object.entries(args)) {
    if (value === undefined || value === null) continue;
    for (const one of Array.isArray(value) ? value : [value]) url.searchParams.append(name, String(one));
  }
}

/**
 * Jupyter compares its cookie with this header: another site cannot read the cookie.
 * @returns {Record<string, string>}
 */
function xsrf() {
  const found = /(?:^|;\s*)_xsrf=([^;]*)/.exec(document.cookie);
  return found ? { "X-XSRFToken": decodeURIComponent(found[1]) } : {};
}
