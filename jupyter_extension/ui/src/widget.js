// A view in a cell's output: with the kernel behind it, or (in a saved notebook) only a server.

import { h } from "./dom.js";
import { bothTransports } from "./source/both.js";
import { commTransport } from "./source/comm.js";
import { httpTransport } from "./source/http.js";
import { Source } from "./source/source.js";
import { themed } from "./theme.js";

/** @typedef {Record<string, import("./view.js").MakeView>} Views by kind */

/**
 * Draw a widget; what anywidget calls for each place where it is shown.
 * @param {Views} views
 * @param {{model: import("./source/comm.js").Model, el: HTMLElement}} place
 * @returns {() => void} what ends it
 */
export function renderWidget(views, { model, el }) {
  const config = model.get("config");
  const comm = commTransport(model);
  const server = serverAddress(config.server);
  const source = new Source(server ? bothTransports(httpTransport(server), comm) : comm);
  let own = false; // a change of ours comes back as a change of the model
  const host = h("div.nbt-output");
  el.append(host);
  const unthemed = themed(host);
  const view = views[model.get("kind")](host, {
    source,
    config,
    view: model.get("view"),
    onView: (chosen) => save("view", chosen),
    onSelect: (runIds) => save("selected", runIds),
    links: pageLinks(server),
  });
  view.setSelected(model.get("selected"));
  /**
   * @param {string} name
   * @param {any} value
   */
  function save(name, value) {
    own = true;
    model.set(name, value);
    model.save_changes();
    own = false;
  }
  const onView = () => own || view.setView(model.get("view"));
  const onSelected = () => own || view.setSelected(model.get("selected"));
  model.on("change:view", onView);
  model.on("change:selected", onSelected);
  // The kernel counts the places where a view is shown: without any it has nobody to tell.
  const place = Math.random().toString(36).slice(2);
  model.send({ nbtrack: "ready", place });
  return () => {
    model.off("change:view", onView);
    model.off("change:selected", onSelected);
    unthemed();
    view.destroy();
    comm.end();
    model.send({ nbtrack: "gone", place });
  };
}

/**
 * Draw what a saved notebook holds, from a server that has the store.
 * @param {Views} views
 * @param {HTMLElement} el
 * @param {{kind: string, config: import("./view.js").Config, view: Record<string, any>}} saved
 * @param {string} base address of the server
 * @returns {() => void} what ends it
 */
export function showSaved(views, el, saved, base) {
  const host = h("div.nbt-output");
  el.append(host);
  const unthemed = themed(host);
  const view = views[saved.kind](host, {
    source: new Source(httpTransport(base)),
    config: saved.config,
    view: saved.view,
    onView: () => {},
    onSelect: () => {},
    links: pageLinks(base),
  });
  return () => {
    unthemed();
    view.destroy();
  };
}

/**
 * @param {string | null} base
 * @returns {import("./view.js").Links}
 */
export function pageLinks(base) {
  if (!base) return { run: () => null, experiment: () => null };
  return {
    run: (id) => new URL(`runs/${encodeURIComponent(id)}`, base).href,
    experiment: (id) => new URL(`experiments/${encodeURIComponent(id)}`, base).href,
  };
}

/**
 * The address of nbtrack in the Jupyter server that shows this page; null if none does.
 * @param {string | undefined} path below the server's base address
 */
function serverAddress(path) {
  if (!path) return null;
  const found = document.getElementById("jupyter-config-data")?.textContent;
  try {
    const { baseUrl } = JSON.parse(found ?? "{}");
    return baseUrl ? new URL(path, new URL(baseUrl, location.origin)).href : null;
  } catch {
    return null;
  }
}
