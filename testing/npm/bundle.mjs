// Bundles a module for the sandbox of scripts: node bundle.mjs ENTRY OUT [minify]
import { build } from "esbuild";

const [entry, out, minify] = process.argv.slice(2);
await build({ entryPoints: [entry], outfile: out, bundle: true, format: "esm", platform: "browser", minify: minify === "minify", logLevel: "error" });
