// Elements from data. Text is only ever set as text: nothing here, or anywhere, parses HTML.

/** @typedef {Node | string | number | null | undefined | false} Child */

/**
 * Make an element: `h("button.nbt-button", {type: "button", onclick: go}, "Go")`.
 *
 * Properties whose names begin with "on" are listeners, `class` and names with a hyphen are
 * attributes, `style` is a mapping, the others are properties where the element has them.
 *
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T | `${T}.${string}`} tag with its classes
 * @param {Record<string, any> | null} [properties]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, properties, ...children) {
  const [name, ...classes] = tag.split(".");
  const element = document.createElement(name);
  if (classes.length) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(properties ?? {})) set(element, key, value);
  element.append(...nodes(children));
  return /** @type {HTMLElementTagNameMap[T]} */ (element);
}

/**
 * Put new children in place of the old ones.
 * @param {Element} element
 * @param {...(Child | Child[])} children
 */
export function fill(element, ...children) {
  element.replaceChildren(...nodes(children));
}

/**
 * An icon of 16 by 16 units, drawn with the colour of the text around it.
 * @param {string} path as in the attribute `d`
 */
export function icon(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", "nbt-icon");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

/**
 * Only http(s) and relative addresses are ever linked; others give null.
 * @param {string} address
 */
export function safeHref(address) {
  try {
    const url = new URL(address, document.baseURI);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}

/**
 * @param {HTMLElement} element
 * @param {string} key
 * @param {any} value
 */
function set(element, key, value) {
  if (value === undefined || value === null) return;
  if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
  else if (key === "style") for (const [name, one] of Object.entries(value)) element.style.setProperty(name, one);
  else if (key === "href") element.setAttribute("href", safeHref(value) ?? "about:blank");
  else if (key === "class" || key.includes("-") || !(key in element)) {
    if (value !== false) element.setAttribute(key, value === true ? "" : value);
  } else /** @type {any} */ (element)[key] = value;
}

/**
 * @param {(Child | Child[])[]} children
 * @returns {(Node | string)[]}
 */
function nodes(children) {
  return children
    .flat()
    .filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (child instanceof Node ? child : String(child)));
}
