// A view of nbtrack in a notebook's output: with the kernel that made it, else from the server that
// has the store, else what was saved as HTML. Never an error where something can be shown.

import { frontEnd } from "./front_end.js";

export const VIEW_MIME = "application/vnd.nbtrack.view+json";
const WIDGET_MIME = "application/vnd.jupyter.widget-view+json";
const HTML_MIME = "text/html";

// How long a kernel may need, after a reload of the page, to tell which widgets it has.
const PATIENCE_MS = 2500;
const ASK_AGAIN_MS = 100;

/**
 * @typedef {object} Saved the view as the notebook holds it
 * @property {string} kind
 * @property {string} [store] id of the store
 * @property {{server?: string}} config
 * @property {Record<string, any>} view
 */

/**
 * @param {any} widgets `@lumino/widgets`
 * @param {string} base address of nbtrack in this server
 */
export function rendererFactory(widgets, base) {
  return (/** @type {any} */ _options, /** @type {any} */ panel) => {
    const output = new widgets.Panel();
    output.addClass("nbtrack-view");
    let end = () => {};
    output.disposed.connect(() => end());

    /**
     * @param {string} mime
     * @param {any} model
     */
    async function showAs(mime, model) {
      const inner = panel.content.rendermime.createRenderer(mime);
      await inner.renderModel(model);
      if (!output.isDisposed) output.addWidget(inner);
    }

    /** @param {any} model */
    output.renderModel = async (model) => {
      end();
      for (const child of [...output.widgets]) child.dispose();
      const widgetId = model.data[WIDGET_MIME]?.model_id;
      if (widgetId && (await isAlive(panel, widgetId))) return showAs(WIDGET_MIME, model);
      const saved = /** @type {Saved} */ (model.data[VIEW_MIME]);
      const server = await serverOf(saved, base);
      const module = server && (await frontEnd(base).catch(() => null));
      if (output.isDisposed) return undefined;
      if (!module) return HTML_MIME in model.data ? showAs(HTML_MIME, model) : undefined;
      const host = new widgets.Widget();
      output.addWidget(host);
      end = module.show(host.node, saved, server);
      return undefined;
    };
    return output;
  };
}

/**
 * Whether the notebook's kernel has a widget.
 * @param {any} panel
 * @param {string} id
 */
async function isAlive(panel, id) {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const kernel = panel.sessionContext.session?.kernel;
    if (kernel?.hasComm?.(id)) return true;
    const settled = panel.sessionContext.isReady && !kernel;
    if (settled || panel.isDisposed || Date.now() > until) return false;
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
  }
}

/**
 * Where this server has the store of a view; null if it does not.
 * @param {Saved} saved
 * @param {string} base
 */
async function serverOf(saved, base) {
  if (!saved.config.server) return null;
  const address = new URL(saved.config.server, new URL("..", base)).href;
  // Of the notebook only a way below nbtrack's own address is taken.
  if (!address.startsWith(base)) return null;
  try {
    const reply = await fetch(new URL("api/3.0/mlflow/server-info", address));
    const info = reply.ok ? await reply.json() : null;
    return info && (!saved.store || info.nbtrack?.store_id === saved.store) ? address : null;
  } catch {
    return null;
  }
}
