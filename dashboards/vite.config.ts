import { defineConfig } from "vitest/config";

/** The report form is rendered by Python, which links this script by name: its name carries no hash. */
const STABLE = new Set(["report"]);

export default defineConfig({
  // The pages are served by feed; nothing is fetched from anywhere else.
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    chunkSizeWarningLimit: 1500,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: {
        ...{ index: "index.html", desk: "desk.html", wall: "wall.html" },
        ...{ report: "src/report.ts", "sign-in": "sign-in.html" },
      },
      output: {
        entryFileNames: (chunk) => (STABLE.has(chunk.name) ? "assets/[name].js" : "assets/[name]-[hash].js"),
      },
    },
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  // `npx vite` while the platform runs (`make up`): pages from here, data from there.
  server: { proxy: { "/api": { target: "http://127.0.0.1:8312", ws: true } } },
  test: { include: ["tests/**/*.test.ts"], css: { include: [/mode\.css/] } },
});
