// The one module of the front end, for the notebook's widgets, the server's pages and JupyterLab.

import { renderWidget } from "./widget.js";

export { mount } from "./pages/app.js";
export { show } from "./widget.js";

/** What anywidget asks for. */
export default { render: renderWidget };
