// Style sheets and colours: light or dark as the page around is.

import base from "./theme.css";
import uplot from "uplot/dist/uPlot.min.css";

/** @type {WeakMap<Document | ShadowRoot, Set<string>>} */
const adopted = new WeakMap();

/**
 * Make a style sheet count where an element is. A strict Content-Security-Policy allows sheets that
 * a script made, where it forbids `<style>`.
 * @param {Element} element in a document or shadow root
 * @param {...string} sheets
 */
export function adopt(element, ...sheets) {
  const root = /** @type {Document | ShadowRoot} */ (element.getRootNode());
  if (!("adoptedStyleSheets" in root)) return;
  const known = adopted.get(root) ?? new Set();
  adopted.set(root, known);
  for (const text of sheets) {
    if (known.has(text)) continue;
    known.add(text);
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  }
}

/**
 * Give an element nbtrack's styles, and follow the theme of the page around it.
 * @param {HTMLElement} element
 * @param {() => void} [changed] called when the theme changed: pictures are drawn again
 * @returns {() => void} what ends it
 */
export function themed(element, changed) {
  element.classList.add("nbt");
  const attach = () => adopt(element, base, uplot);
  // An output is drawn before it is in the page.
  if (element.isConnected) attach();
  else requestAnimationFrame(attach);
  const follow = () => {
    const theme = pageTheme();
    if (element.dataset.theme === theme) return;
    element.dataset.theme = theme;
    changed?.();
  };
  const watcher = new MutationObserver(follow);
  const watched = { attributes: true, attributeFilter: ["class", "theme", "data-theme", "data-jp-theme-light", "data-jp-theme-name"] };
  watcher.observe(document.body, watched);
  watcher.observe(document.documentElement, watched);
  const system = matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", follow);
  follow();
  return () => {
    watcher.disconnect();
    system.removeEventListener("change", follow);
  };
}

/**
 * Hear when the theme of a view changes: pictures are drawn again.
 * @param {Element} element in an element that `themed` was given
 * @param {() => void} changed
 * @returns {() => void} what ends it
 */
export function onTheme(element, changed) {
  const watcher = new MutationObserver(changed);
  const root = element.closest(".nbt");
  if (root) watcher.observe(root, { attributes: true, attributeFilter: ["data-theme"] });
  return () => watcher.disconnect();
}

/**
 * A colour of the theme as canvases take it.
 * @param {Element} element
 * @param {string} name for example "--nbt-ink"
 */
export function colour(element, name) {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  element.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

/** @returns {"light" | "dark"} */
function pageTheme() {
  const { body, documentElement: root } = document;
  const jupyter = body.dataset.jpThemeLight;
  if (jupyter) return jupyter === "true" ? "light" : "dark";
  if (body.classList.contains("vscode-dark") || body.classList.contains("vscode-high-contrast")) return "dark";
  if (body.classList.contains("vscode-light")) return "light";
  const named = root.getAttribute("theme") ?? root.dataset.theme; // Colab, and nbconvert
  if (named === "dark" || named === "light") return named;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}
