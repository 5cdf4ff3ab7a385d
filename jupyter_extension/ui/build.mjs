// Bundle src/ into nbtrack/ui/: `npm run build`. CI builds again and fails where the result differs.

import { build } from "esbuild";
import { gzipSync } from "node:zlib";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "../../nbtrack/ui");
const MOST_GZIPPED = 60 * 1024;

const licence = readFileSync(join(here, "node_modules/uplot/LICENSE"), "utf8").trim();

mkdirSync(target, { recursive: true });
await build({
  absWorkingDir: here,
  entryPoints: ["src/nbtrack.js"],
  outfile: join(target, "nbtrack.js"),
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  loader: { ".css": "text" },
  legalComments: "none",
  banner: { js: `/* nbtrack, Apache-2.0. Holds uPlot:\n${licence}\n*/` },
});
// What a page loads: the bundle itself does nothing before somebody asks it to.
writeFileSync(join(target, "page.js"), readFileSync(join(here, "src/page_entry.js")));

const size = gzipSync(readFileSync(join(target, "nbtrack.js")), { level: 9 }).length;
console.log(`nbtrack.js: ${size} bytes gzipped, of ${MOST_GZIPPED}`);
if (size > MOST_GZIPPED) process.exit(1);
