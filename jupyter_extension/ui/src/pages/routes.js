// From the address of a page to what it shows, and back. MLflow's addresses lead to the same pages.

/**
 * @typedef {{page: "experiments", view: Record<string, any>}
 *   | {page: "experiment", ids: string[], view: Record<string, any>}
 *   | {page: "run", id: string, view: Record<string, any>}
 *   | {page: "unknown", path: string, view: Record<string, any>}} Route
 */

/** A longer address is cut by some proxies: which rows are open is then not kept. */
const LONGEST = 6000;
const SAFE = /%(3A|2C|5B|5D|7B|7D|28|29|2F)/g;

/**
 * @param {URL} url
 * @param {URL} base with a slash at its end
 * @returns {Route | null} null for what is not below the base
 */
export function routeOf(url, base) {
  if (url.origin !== base.origin || !url.pathname.startsWith(base.pathname)) return null;
  const fragment = url.hash.startsWith("#/") ? new URL(url.hash.slice(1), base.origin) : null;
  const path = fragment ? fragment.pathname.slice(1) : url.pathname.slice(base.pathname.length);
  return placed(path, viewOf(fragment ? fragment.searchParams : url.searchParams));
}

/**
 * @param {string} path
 * @param {Record<string, any>} view
 * @returns {Route}
 */
function placed(path, view) {
  const parts = path.split("/").filter(Boolean).map(decoded);
  const [first, second, third, fourth] = parts;
  if (!parts.length || (first === "experiments" && !second)) return { page: "experiments", view };
  if (first === "experiments" && third === "runs" && fourth) return { page: "run", id: fourth, view };
  if (first === "experiments" && (!third || third === "runs")) return { page: "experiment", ids: idsOf(second), view };
  if (first === "runs" && second && !third) return { page: "run", id: second, view };
  return { page: "unknown", path, view };
}

/** @param {string} text */
const idsOf = (text) => [...new Set(text.split(",").filter(Boolean))];

/** @param {string} part */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/**
 * What the page shows of it: `view`, or what somebody wrote by hand, or MLflow's names for it.
 * @param {URLSearchParams} query
 */
function viewOf(query) {
  const view = jsonOf(query.get("view"));
  const filter = query.get("filter") ?? query.get("searchFilter");
  if (filter && view.filter === undefined) view.filter = filter;
  const order = query.getAll("order_by").flatMap((clause) => clause.split(",")).flatMap(orderOf);
  if (order.length && view.order === undefined) view.order = order;
  return view;
}

/** @type {Record<string, string>} */
const COLUMNS = { run_name: "name", start_time: "start", created: "start", end_time: "end", user_id: "user" };

/**
 * @param {string} clause "metrics.acc DESC"
 * @returns {[string, "asc" | "desc"][]}
 */
function orderOf(clause) {
  const found = /^\s*(.+?)(?:\s+(asc|desc))?\s*$/i.exec(clause);
  if (!found) return [];
  const name = found[1].replace(/^(attributes?|attr|run)\./, "").replace(/^(metric|param|tag)\./, "$1s.");
  return [[COLUMNS[name] ?? name, found[2]?.toLowerCase() === "desc" ? "desc" : "asc"]];
}

/**
 * @param {string | null} text
 * @returns {Record<string, any>}
 */
function jsonOf(text) {
  try {
    const view = JSON.parse(text ?? "{}");
    return view && typeof view === "object" && !Array.isArray(view) ? view : {};
  } catch {
    return {};
  }
}

/**
 * @param {Route} route
 * @param {URL} base
 */
export function addressOf(route, base) {
  const url = new URL(pathOf(route), base);
  url.search = queryOf(route.view);
  return url.href;
}

/** @param {Route} route */
function pathOf(route) {
  if (route.page === "experiment") return `experiments/${route.ids.map(encodeURIComponent).join(",")}`;
  if (route.page === "run") return `runs/${encodeURIComponent(route.id)}`;
  return route.page === "unknown" ? route.path : "";
}

/** @param {Record<string, any>} view */
function queryOf(view) {
  if (!Object.keys(view).length) return "";
  const text = JSON.stringify(view);
  const { expanded: _, collapsed: __, ...short } = view;
  const kept = text.length > LONGEST ? JSON.stringify(short) : text;
  return `?view=${encodeURIComponent(kept).replace(SAFE, decodeURIComponent)}`;
}

/**
 * Whether two routes are the same page, maybe seen differently.
 * @param {Route} a
 * @param {Route} b
 */
export const samePage = (a, b) => a.page === b.page && pathOf(a) === pathOf(b);
