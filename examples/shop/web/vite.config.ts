import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  // `isoflag` is a folder of this repository, with a React of its own for its tests.
  resolve: { dedupe: ["react", "react-dom"] },
  build: { target: "es2022", emptyOutDir: true, chunkSizeWarningLimit: 1000 },
});
