// Lines that send runs to this server, ready to be copied.

import { copyText } from "../actions/hand_out.js";
import { h, icon } from "../dom.js";

const COPY = "M5.5 5.5h8v8h-8zM10.500 5.500v-3h-8v8h3";
const DONE = "M3 8.5l3.2 3.2L13 5";
const SHOWN = 1500;

/** @param {URL} base address of the server */
export function howToLog(base) {
  const address = base.href.replace(/\/$/, "");
  const shell = [
    `export MLFLOW_TRACKING_URI=${address}`,
    "export MLFLOW_TRACKING_TOKEN=…   # the server's token, if it asks for one",
  ];
  const python = [
    "import mlflow",
    "",
    `mlflow.set_tracking_uri("${address}")`,
    "with mlflow.start_run():",
    '    mlflow.log_param("depth", 3)',
    '    mlflow.log_metric("accuracy", 0.93)',
  ];
  return h(
    "div.nbt-how",
    null,
    h("p", null, "In a shell, for every program started there:"),
    copyable(shell.join("\n"), "Copy the shell lines"),
    h("p", null, "or in Python:"),
    copyable(python.join("\n"), "Copy the Python lines"),
  );
}

/**
 * @param {string} text
 * @param {string} label of the button
 */
function copyable(text, label) {
  const button = h("button.nbt-button.nbt-plain", { type: "button", "aria-label": label, title: label }, icon(COPY));
  button.addEventListener("click", async () => {
    const done = await copyText(button, text);
    button.replaceChildren(done ? icon(DONE) : "Select the text and copy it");
    setTimeout(() => button.replaceChildren(icon(COPY)), SHOWN);
  });
  return h("div.nbt-copyable", null, h("pre", { tabIndex: 0 }, text), button);
}
