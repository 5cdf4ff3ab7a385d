// The two plugins: nbtrack as a panel, and saved views in notebooks.

import { frontEnd, serverAddress } from "./front_end.js";
import { rendererFactory, VIEW_MIME } from "./renderer.js";

const OPEN = "nbtrack:open";
// Before the widgets' own renderer (-10), which has only an error for a view whose kernel is gone.
const RANK = -20;
// JupyterLab colours what is filled, by the class.
const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path class="jp-icon3" fill="#616161" ' +
  'd="M2 2h1.5v10.5H14V14H2zM5 8h2v3.5H5zM8 5h2v6.5H8zM11 3h2v8.5h-2z"/></svg>';

/**
 * @param {Record<string, any>} jupyter the packages of JupyterLab, by the names of container.js
 * @returns {object[]}
 */
export function plugins(jupyter) {
  return [panelPlugin(jupyter), viewsPlugin(jupyter)];
}

/** @param {Record<string, any>} jupyter */
function panelPlugin({ application, apputils, components, coreutils, launcher, widgets }) {
  return {
    id: "@nbtrack/lab:panel",
    description: "A launcher tile, a command and a panel that show the runs of the server's store.",
    autoStart: true,
    optional: [launcher.ILauncher, apputils.ICommandPalette, application.ILayoutRestorer],
    /**
     * @param {any} app
     * @param {any} tiles
     * @param {any} palette
     * @param {any} restorer
     */
    activate(app, tiles, palette, restorer) {
      const icon = new components.LabIcon({ name: "nbtrack:runs", svgstr: ICON });
      const tracker = new apputils.WidgetTracker({ namespace: "nbtrack" });
      app.commands.addCommand(OPEN, {
        label: (/** @type {any} */ args) => (args.isLauncher ? "nbtrack" : "Open nbtrack"),
        caption: "Experiments and runs of this server",
        icon,
        execute() {
          const open = tracker.currentWidget;
          if (open && !open.isDisposed) return app.shell.activateById(open.id);
          const panel = new apputils.MainAreaWidget({ content: pagesIn(widgets, serverAddress(coreutils)) });
          panel.id = "nbtrack-panel";
          panel.title.label = "nbtrack";
          panel.title.icon = icon;
          panel.title.closable = true;
          app.shell.add(panel, "main");
          app.shell.activateById(panel.id);
          return tracker.add(panel);
        },
      });
      tiles?.add({ command: OPEN, args: { isLauncher: true }, category: "Other", rank: 1 });
      palette?.addItem({ command: OPEN, category: "nbtrack" });
      restorer?.restore(tracker, { command: OPEN, name: () => "panel" });
    },
  };
}

/** @param {Record<string, any>} jupyter */
function viewsPlugin({ coreutils, notebook, widgets }) {
  return {
    id: "@nbtrack/lab:views",
    description: "Shows run tables, charts and runs of saved notebooks, with their kernel or without.",
    autoStart: true,
    requires: [notebook.INotebookTracker],
    /**
     * @param {any} _app
     * @param {any} notebooks
     */
    activate(_app, notebooks) {
      const render = rendererFactory(widgets, serverAddress(coreutils));
      notebooks.widgetAdded.connect((/** @type {any} */ _tracker, /** @type {any} */ panel) => {
        panel.content.rendermime.addFactory(
          { safe: true, mimeTypes: [VIEW_MIME], createRenderer: (/** @type {any} */ options) => render(options, panel) },
          RANK,
        );
      });
    },
  };
}

/**
 * A widget that holds the pages.
 * @param {any} widgets
 * @param {string} base
 */
function pagesIn(widgets, base) {
  const content = new widgets.Widget();
  content.addClass("nbtrack-pages");
  content.node.style.overflow = "auto";
  let end = () => {};
  content.disposed.connect(() => end());
  frontEnd(base).then(
    ({ mount }) => {
      if (!content.isDisposed) end = mount(content.node, { base, inside: true });
    },
    (/** @type {Error} */ error) => (content.node.textContent = error.message),
  );
  return content;
}
