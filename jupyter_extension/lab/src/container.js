// What JupyterLab loads: the container of a prebuilt extension, written by hand.
//
// A container has two functions, `init` (it is given the modules that JupyterLab shares) and `get`
// (it gives what it exposes); that is all of webpack's module federation that an extension with no
// packages of its own needs. So no bundler of JupyterLab's, and none of its 400 packages, is
// needed to build this one: https://webpack.js.org/concepts/module-federation/

import { plugins } from "./plugins.js";

/** @typedef {Record<string, Record<string, {get: () => Promise<() => any>}>>} Shared */

const NAME = "@nbtrack/lab";
const PACKAGES = /** @type {const} */ ({
  application: "@jupyterlab/application",
  apputils: "@jupyterlab/apputils",
  components: "@jupyterlab/ui-components",
  coreutils: "@jupyterlab/coreutils",
  launcher: "@jupyterlab/launcher",
  notebook: "@jupyterlab/notebook",
  widgets: "@lumino/widgets",
});

/** @type {Shared} */
let shared = {};

const page = /** @type {any} */ (globalThis);
page._JUPYTERLAB ??= {};
page._JUPYTERLAB[NAME] = {
  /** @param {Shared} modules by name and version */
  init(modules) {
    shared = modules;
  },
  async get() {
    const loaded = await Promise.all(Object.entries(PACKAGES).map(async ([name, of]) => [name, await load(of)]));
    const exported = { __esModule: true, default: plugins(Object.fromEntries(loaded)) };
    return () => exported;
  },
};

/** @param {string} name */
async function load(name) {
  const [version] = Object.values(shared[name] ?? {});
  if (!version) throw new Error(`nbtrack: this JupyterLab does not share ${name}.`);
  return (await version.get())();
}
