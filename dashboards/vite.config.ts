import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** Scripts that are asked for by name (Python renders the report form): their names carry no hash. */
const STABLE = new Map([
  ["report", "assets/report.js"],
  // A worker's reach is its folder: this one stands above all pages.
  ["sw", "sw.js"],
]);

/** The files of the report form, for the worker that keeps it: its script, what that imports, its styles. */
const reportFiles: Plugin = {
  name: "report-files",
  generateBundle(_, bundle) {
    const files = new Set<string>();
    const add = (name: string) => {
      const chunk = bundle[name];
      if (chunk?.type !== "chunk" || files.has(name)) return;
      files.add(name);
      for (const asset of chunk.viteMetadata?.importedAssets ?? []) if (asset.endsWith(".css")) files.add(asset);
      for (const other of chunk.imports) add(other);
    };
    const worker = bundle["sw.js"];
    if (worker?.type === "chunk" && worker.imports.length > 0) this.error("a worker that imports starts nowhere old");
    add(STABLE.get("report") ?? "");
    const source = JSON.stringify([...files].map((name) => `/${name}`));
    this.emitFile({ type: "asset", fileName: "assets/report.json", source });
  },
};

export default defineConfig({
  plugins: [reportFiles],
  // The pages are served by feed; nothing is fetched from anywhere else.
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    chunkSizeWarningLimit: 1500,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: {
        index: "index.html",
        desk: "desk.html",
        wall: "wall.html",
        report: "src/report.ts",
        sw: "src/sw.ts",
        "sign-in": "sign-in.html",
      },
      output: {
        entryFileNames: (chunk) => STABLE.get(chunk.name) ?? "assets/[name]-[hash].js",
      },
    },
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  // `npx vite` while the platform runs (`make up`): pages from here, data from there.
  server: { proxy: { "/api": { target: "http://127.0.0.1:8312", ws: true } } },
  test: { include: ["tests/**/*.test.ts"], css: { include: [/mode\.css/, /tokens\.css/, /pages\.css/] } },
});
