// Bundle src/ and ../lab/src/ into nbtrack/ui/: `npm run build`. CI builds again and fails where the
// result differs.

import { build, transform } from "esbuild";
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const lab = join(here, "../lab");
const target = join(here, "../../nbtrack/ui");
const MOST_GZIPPED = 60 * 1024;

const common = { bundle: true, minify: true, target: "es2022", charset: "utf8", legalComments: "none" };
const licence = readFileSync(join(here, "node_modules/uplot/LICENSE"), "utf8").trim();
const banners = { "nbtrack.js": "nbtrack, Apache-2.0", "chart.js": `nbtrack, Apache-2.0. Holds uPlot:\n${licence}\n` };

// Style sheets are texts to the modules, so nothing else would make them smaller.
const styleSheets = {
  name: "style sheets",
  setup(/** @type {import("esbuild").PluginBuild} */ builds) {
    builds.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(readFileSync(path, "utf8"), { loader: "css", minify: true });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
for (const [entry, name] of [["src/nbtrack.js", "nbtrack.js"], ["src/chart_entry.js", "chart.js"]]) {
  await build({
    ...common,
    absWorkingDir: here,
    entryPoints: [entry],
    outfile: join(target, name),
    format: "esm",
    plugins: [styleSheets],
    banner: { js: `/* ${banners[name]} */` },
  });
}
// What a page loads: the bundle itself does nothing before somebody asks it to.
writeFileSync(join(target, "page.js"), readFileSync(join(here, "src/page_entry.js")));

// The part of JupyterLab: its name holds its hash, because browsers keep such files for long.
const built = await build({
  ...common,
  absWorkingDir: lab,
  entryPoints: ["src/container.js"],
  format: "iife",
  write: false,
});
const [{ contents }] = built.outputFiles;
const hash = createHash("sha256").update(contents).digest("hex").slice(0, 16);
const described = JSON.parse(readFileSync(join(lab, "package.json"), "utf8"));
described.version = /__version__ = "(\d+\.\d+\.\d+)/.exec(readFileSync(join(here, "../../nbtrack/version.py"), "utf8"))[1];
described.jupyterlab._build = { load: `static/remoteEntry.${hash}.js`, extension: "./extension" };
mkdirSync(join(target, "labextension/static"), { recursive: true });
writeFileSync(join(target, "labextension", described.jupyterlab._build.load), contents);
writeFileSync(join(target, "labextension/package.json"), `${JSON.stringify(described, null, 2)}\n`);

let tooLarge = false;
for (const name of Object.keys(banners)) {
  const size = gzipSync(readFileSync(join(target, name)), { level: 9 }).length;
  console.log(`${name}: ${size} bytes gzipped, of ${MOST_GZIPPED}`);
  tooLarge ||= size > MOST_GZIPPED;
}
if (tooLarge) process.exit(1);
