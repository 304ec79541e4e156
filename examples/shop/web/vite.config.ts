import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const page = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Names the page as servers of static files expect it. */
const asIndex: Plugin = {
  name: "as-index",
  enforce: "post",
  generateBundle(_, bundle) {
    const html = bundle["playground.html"];
    if (html) html.fileName = "index.html";
  },
};

// The mode `playground` builds that page alone, for any folder of any server.
export default defineConfig(({ mode }) => {
  const isAlone = mode === "playground";
  return {
    base: isAlone ? "./" : "/",
    plugins: [react(), ...(isAlone ? [asIndex] : [])],
    // `isoflag` is a folder of this repository, with a React of its own for its tests.
    resolve: { dedupe: ["react", "react-dom"] },
    build: {
      target: "es2022",
      emptyOutDir: true,
      chunkSizeWarningLimit: 1000,
      outDir: isAlone ? page("../../../dist/playground") : "dist",
      rollupOptions: { input: [...(isAlone ? [] : [page("index.html")]), page("playground.html")] },
    },
  };
});
