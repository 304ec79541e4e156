import "@fontsource-variable/ibm-plex-sans";
import "@fontsource/ibm-plex-mono/latin-400.css";
import "@fontsource/ibm-plex-mono/latin-600.css";
import "./styles/page.css";
import "./styles/visitor.css";
import "./styles/flags.css";
import "./styles/document.css";
import "./styles/instances.css";
import "./styles/journeys.css";
import "./styles/narrow.css";
import { ready } from "isoflag/tools";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";

async function get(path: string) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: status ${response.status}`);
  return response.json();
}

const root = document.getElementById("root") as HTMLElement;
try {
  const [served, presets] = await Promise.all([get("/document"), get("/contexts.json"), ready()]);
  createRoot(root).render(
    <StrictMode>
      <App
        document={served.document}
        original={served.original}
        heldBack={served.heldBack}
        presets={presets}
      />
    </StrictMode>,
  );
} catch (error) {
  root.textContent = `The page cannot start: ${error instanceof Error ? error.message : error}. Serve it with \`make demo-web\`.`;
}
