// nbtrack's front end is loaded from the server: the same module that its pages use.

/**
 * @typedef {object} FrontEnd what nbtrack.js exports
 * @property {(host: HTMLElement, options: {base: string, inside?: boolean}) => () => void} mount
 * @property {(host: HTMLElement, saved: any, base: string) => () => void} show
 */

/**
 * The address of nbtrack's default store in this Jupyter server.
 * @param {any} coreutils
 */
export function serverAddress(coreutils) {
  return new URL("nbtrack/", new URL(coreutils.PageConfig.getBaseUrl(), location.href)).href;
}

/**
 * @param {string} base
 * @returns {Promise<FrontEnd>}
 */
export async function frontEnd(base) {
  try {
    return await import(/* webpackIgnore: true */ new URL("static/nbtrack.js", base).href);
  } catch {
    throw new Error(
      "nbtrack does not answer in this Jupyter server. Install it in the server's environment, then start Jupyter again.",
    );
  }
}
