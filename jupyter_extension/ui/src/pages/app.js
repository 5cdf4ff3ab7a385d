// The pages of a server, in a browser's tab or in a panel of JupyterLab: where the person is, where
// links lead, and the line on top.

import { fill, h } from "../dom.js";
import { Source } from "../source/source.js";
import { httpTransport } from "../source/http.js";
import { adopt, themed } from "../theme.js";
import { pageLinks } from "../widget.js";
import { experimentPage } from "./experiment_page.js";
import { experimentsPage } from "./experiments_page.js";
import { pageHeader } from "./header.js";
import sheet from "./pages.css";
import { addressOf, routeOf, samePage } from "./routes.js";
import { runPage } from "./run_page.js";
import { nothingHere } from "./trouble.js";

/** @typedef {import("./routes.js").Route} Route */

/**
 * What a page gets to know.
 *
 * @typedef {object} App
 * @property {Source} source
 * @property {URL} base
 * @property {import("../view.js").Links & {home: string}} links
 * @property {(route: Route) => void} go to another page
 * @property {(view: Record<string, any>) => void} keepView in the address
 * @property {(crumbs: Crumb[]) => void} setCrumbs the last one is the page itself
 *
 * @typedef {{label: string, href?: string}} Crumb
 *
 * @typedef {{setView: (view: Record<string, any>) => void, destroy: () => void}} Page
 * @typedef {(host: HTMLElement, app: App, route: any) => Page} MakePage
 */

/** @type {Record<Route["page"], MakePage>} */
const PAGES = {
  experiments: experimentsPage,
  experiment: experimentPage,
  run: runPage,
  unknown: nothingHere,
};
/** Browsers refuse to change the address too often. */
const PAUSE = 250;

/**
 * Draw the pages of a server into an element.
 * @param {HTMLElement} host
 * @param {{base: string, inside?: boolean}} options base: address of the server, with a slash at its end;
 *   inside: the tab is another program's, so its address and title are left alone
 * @returns {() => void} what ends it
 */
export function mount(host, options) {
  const tab = new Tab(host, new URL(options.base, location.href), options.inside === true);
  tab.start();
  return () => tab.destroy();
}

class Tab {
  /** @param {HTMLElement} host @param {URL} base @param {boolean} inside */
  constructor(host, base, inside) {
    this.host = host;
    this.base = base;
    this.inside = inside;
    this.ending = new AbortController();
    const source = new Source(httpTransport(base.href));
    const links = { ...pageLinks(base.href), home: base.href };
    this.header = pageHeader(source, base);
    this.main = h("main.nbt-main", { id: "nbt-main", tabIndex: -1 });
    /** @type {App} */
    this.app = {
      source,
      base,
      links,
      go: (route) => this.go(route),
      keepView: (view) => this.keepView(view),
      setCrumbs: (crumbs) => this.setCrumbs(crumbs),
    };
    /** @type {Route} */
    this.route = { page: "experiments", view: {} };
    /** @type {Page | null} */
    this.page = null;
  }

  start() {
    const { host, ending } = this;
    const skip = h("a.nbt-skip", { href: "#nbt-main", onclick: (/** @type {Event} */ event) => this.skip(event) }, "Skip to the content");
    fill(host, skip, this.header.element, this.main);
    host.classList.add("nbt-app");
    this.unthemed = themed(host);
    adopt(host, sheet);
    requestAnimationFrame(() => adopt(host, sheet)); // a panel is drawn before it is in the document
    host.addEventListener("click", (event) => this.follow(event), { signal: ending.signal });
    const keys = this.inside ? host : host.ownerDocument;
    keys.addEventListener("keydown", (event) => focusSearch(/** @type {KeyboardEvent} */ (event), host), { signal: ending.signal });
    if (!this.inside) {
      addEventListener("popstate", () => this.arrive(), { signal: ending.signal });
      addEventListener("pagehide", () => this.writeAddress(), { signal: ending.signal });
    }
    this.arrive();
  }

  /** Show what the address says. */
  arrive() {
    const url = new URL(this.inside ? this.base : location.href);
    const route = routeOf(url, this.base) ?? { page: "unknown", path: url.pathname, view: {} };
    if (!this.inside && url.hash.startsWith("#/")) history.replaceState(null, "", addressOf(route, this.base));
    this.show(route);
  }

  /** @param {Route} route */
  go(route) {
    this.writeAddress();
    if (!this.inside) history.pushState(null, "", addressOf(route, this.base));
    this.show(route);
    this.host.scrollTop = 0;
    if (!this.inside) scrollTo(0, 0);
    this.main.focus({ preventScroll: true }); // a reader begins to read there
  }

  /** @param {Route} route */
  show(route) {
    const same = this.page !== null && samePage(route, this.route);
    this.route = route;
    if (same) return this.page?.setView(route.view);
    this.page?.destroy();
    this.main.replaceChildren();
    this.page = PAGES[route.page](this.main, this.app, route);
  }

  /** @param {Record<string, any>} view */
  keepView(view) {
    this.route = { ...this.route, view };
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.writeAddress(), PAUSE);
  }

  writeAddress() {
    if (this.timer === undefined) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    if (!this.inside) history.replaceState(null, "", addressOf(this.route, this.base));
  }

  /** @param {Crumb[]} crumbs */
  setCrumbs(crumbs) {
    this.header.setCrumbs(crumbs);
    if (!this.inside) document.title = [...crumbs.map(({ label }) => label).reverse(), "nbtrack"].join(" · ");
  }

  /**
   * Follow a link to a page without loading it anew; with Ctrl and the like the browser does as always.
   * @param {MouseEvent} event
   */
  follow(event) {
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
    if (!(link instanceof HTMLAnchorElement) || link.target || link.hasAttribute("download")) return;
    const route = routeOf(new URL(link.href), this.base);
    if (!route || route.page === "unknown") return;
    event.preventDefault();
    this.go(route);
  }

  /** @param {Event} event */
  skip(event) {
    event.preventDefault();
    this.main.focus();
  }

  destroy() {
    this.ending.abort();
    clearTimeout(this.timer);
    this.page?.destroy();
    this.header.destroy();
    this.unthemed?.();
    this.host.replaceChildren();
  }
}

/**
 * "/" goes to the search of the page, as in many others.
 * @param {KeyboardEvent} event
 * @param {HTMLElement} host
 */
function focusSearch(event, host) {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const [target] = event.composedPath();
  if (target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select, dialog *"))) return;
  const search = host.querySelector("[data-nbt-search]");
  if (!(search instanceof HTMLElement)) return;
  event.preventDefault();
  event.stopPropagation();
  search.focus();
}
