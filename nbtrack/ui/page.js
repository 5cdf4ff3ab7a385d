import { mount } from "./nbtrack.js";

const host = document.getElementById("nbtrack");
if (host) mount(host, { base: new URL("../", import.meta.url).href });
