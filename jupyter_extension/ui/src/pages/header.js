// The line on top of every page: where one is, whether the server answers, how runs get there.

import { fill, h } from "../dom.js";
import { openPopover } from "../popup.js";
import { howToLog } from "./how_to_log.js";

/**
 * @param {import("../source/source.js").Source} source
 * @param {URL} base
 */
export function pageHeader(source, base) {
  const crumbs = h("ol.nbt-crumbs");
  const connection = h("span.nbt-connection", { role: "status" });
  const how = h("button.nbt-button.nbt-plain", { type: "button", "aria-haspopup": "dialog" }, "Log runs to this server");
  how.addEventListener("click", () => openPopover(how, howToLog(base), { label: "Log runs to this server" }));
  const mark = h("a.nbt-mark", { href: base.href, "aria-label": "nbtrack, all experiments" }, logo(), h("span", null, "nbtrack"));
  const path = h("nav", { "aria-label": "Where this page is" }, crumbs);
  const element = h("header.nbt-header", null, mark, path, connection, how);
  const unlisten = source.listen((event) => {
    if (event.type === "connection") connection.textContent = event.ok ? "" : event.message;
  });

  /** @param {import("./app.js").Crumb[]} path */
  function setCrumbs(path) {
    fill(crumbs, path.map(({ label, href }, at) => h("li.nbt-text", null, crumb(label, href, at === path.length - 1))));
  }
  return { element, setCrumbs, destroy: unlisten };
}

/**
 * @param {string} label
 * @param {string | undefined} href
 * @param {boolean} last
 */
function crumb(label, href, last) {
  const current = last ? "page" : null;
  return href ? h("a", { href, "aria-current": current }, label) : h("span", { "aria-current": current }, label);
}

const SVG = "http://www.w3.org/2000/svg";

function logo() {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", "nbt-logo");
  svg.setAttribute("aria-hidden", "true");
  const ground = document.createElementNS(SVG, "rect");
  for (const [name, value] of [["width", "16"], ["height", "16"], ["rx", "4"]]) ground.setAttribute(name, value);
  const curve = document.createElementNS(SVG, "path");
  curve.setAttribute("d", "M3 4c2 6 5 7 10 7.5");
  svg.append(ground, curve);
  return svg;
}
