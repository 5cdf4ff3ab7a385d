// What a page shows where it has nothing to show.

import { h } from "../dom.js";

const HEADINGS = /** @type {Record<number, string>} */ ({
  0: "The server does not answer",
  401: "You are not logged in",
  403: "You may not see this",
  404: "Nothing here",
});

/**
 * @param {Error} error
 * @param {import("./app.js").App} app
 * @param {() => void} again
 */
export function pageTrouble(error, app, again) {
  const { status = -1 } = /** @type {{status?: number}} */ (error);
  const { pathname } = new URL(document.baseURI);
  // Loading a page leads to where one logs in: the browser's window, or Jupyter's login page.
  const href = `${app.base.href}${pathname.startsWith(app.base.pathname) ? pathname.slice(app.base.pathname.length) : ""}`;
  const login = status === 401 || status === 403;
  return h(
    "div.nbt-page-trouble",
    null,
    h("h1", null, HEADINGS[status] ?? "That did not work"),
    h("div.nbt-trouble", { role: "alert" }, error.message),
    login && h("p", null, "Log in, then this page is shown:"),
    h(
      "div.nbt-toolbar",
      null,
      login && h("a.nbt-button.nbt-primary", { href, target: "_top" }, "Log in"),
      !login && status !== 404 && h("button.nbt-button", { type: "button", onclick: again }, "Try again"),
      h("a.nbt-button", { href: app.links.home }, "All experiments"),
    ),
  );
}

/** @type {import("./app.js").MakePage} */
export function nothingHere(host, app) {
  app.setCrumbs([{ label: "Nothing here" }]);
  const error = Object.assign(new Error("This address leads to no page of nbtrack."), { status: 404 });
  host.append(pageTrouble(error, app, () => {}));
  return { setView() {}, destroy() {} };
}

/**
 * Say that something is awaited, once it takes so long that a person wonders.
 * @param {HTMLElement} host
 * @returns {() => void} what ends it
 */
export function waiting(host) {
  const note = h("p.nbt-empty", { role: "status" }, "Loading …");
  const timer = setTimeout(() => host.append(note), 150);
  return () => {
    clearTimeout(timer);
    note.remove();
  };
}
