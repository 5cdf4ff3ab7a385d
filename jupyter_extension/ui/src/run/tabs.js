// A row of tabs: arrow keys go from one to the next, as ARIA's pattern has it.

import { h, fill } from "../dom.js";

let lastId = 0;

/**
 * @param {string} label
 * @param {HTMLElement} panel what shows the chosen one
 * @param {(name: string) => void} choose
 */
export function tabList(label, panel, choose) {
  const id = `nbt-tabs-${++lastId}`;
  const element = h("div.nbt-run-tabs", { role: "tablist", "aria-label": label, onkeydown });
  let drawn = "";
  panel.id = `${id}-panel`;

  /** @param {KeyboardEvent} event */
  function onkeydown(event) {
    const all = /** @type {HTMLElement[]} */ ([...element.children]);
    const at = all.findIndex((one) => one.tabIndex === 0);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    choose(/** @type {string} */ (all[(to + all.length) % all.length].dataset.name));
    /** @type {HTMLElement | null} */ (element.querySelector("[tabindex='0']"))?.focus();
  }
  return {
    element,
    /**
     * @param {Record<string, string>} names shown, by name
     * @param {string} chosen
     */
    update(names, chosen) {
      const now = JSON.stringify([names, chosen]);
      if (now === drawn) return;
      drawn = now;
      const focus = element.contains(/** @type {Document | ShadowRoot} */ (element.getRootNode()).activeElement);
      const tab = (/** @type {[string, string]} */ [name, text]) =>
        h("button.nbt-run-tab", {
          type: "button", role: "tab", id: `${id}-${name}`, "data-name": name, tabIndex: name === chosen ? 0 : -1,
          "aria-selected": String(name === chosen), "aria-controls": panel.id, onclick: () => choose(name),
        }, text);
      fill(element, Object.entries(names).map(tab));
      panel.setAttribute("aria-labelledby", `${id}-${chosen}`);
      const now_ = /** @type {HTMLElement | null} */ (element.querySelector("[tabindex='0']"));
      if (focus) now_?.focus();
      now_?.scrollIntoView?.({ block: "nearest", inline: "nearest" });
    },
  };
}
