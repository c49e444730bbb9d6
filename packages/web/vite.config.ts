/**
 * Builds the web app into `dist`: one page and its files, which ask nobody but the server that they come from.
 */
import { defineConfig } from "vite"

export default defineConfig({
  root: import.meta.dirname,
  // Relative, so that the page may stand behind a proxy's path.
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  // `npx vite packages/web` for who changes the page, beside a `callsheet serve`.
  server: { host: "127.0.0.1", proxy: { "/v1": { target: process.env["CALLSHEET_URL"] ?? "http://127.0.0.1:4111" } } },
  build: { target: "es2023", assetsInlineLimit: 0, modulePreload: { polyfill: false } }
})
