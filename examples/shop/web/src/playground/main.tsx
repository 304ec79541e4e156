import "@fontsource-variable/ibm-plex-sans";
import "@fontsource/ibm-plex-mono/latin-400.css";
import "@fontsource/ibm-plex-mono/latin-600.css";
import "../styles/page.css";
import "../styles/visitor.css";
import "../styles/flags.css";
import "../styles/document.css";
import "../styles/instances.css";
import "../styles/playground.css";
import "../styles/playground-narrow.css";
import { ready } from "isoflag/tools";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import contexts from "../../../contexts.json?raw";
import document_ from "../../../flags.json?raw";
import { opened } from "../edited";
import { type Inputs, openedContexts, recalled } from "./inputs";
import { Playground } from "./Playground";

const EXAMPLE: Inputs = { document: document_, contexts };

const message = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The inputs of the address if they are complete; otherwise the example, and why. */
async function start(): Promise<{ inputs: Inputs; problem: string | undefined }> {
  try {
    const inputs = await recalled();
    if (inputs === undefined) return { inputs: EXAMPLE, problem: undefined };
    opened(inputs.document);
    opened(inputs.before ?? inputs.document);
    openedContexts(inputs.contexts);
    return { inputs, problem: undefined };
  } catch (error) {
    return {
      inputs: EXAMPLE,
      problem: `The link was not loaded: ${message(error)}. This is the example instead.`,
    };
  }
}

const root = document.getElementById("root") as HTMLElement;
try {
  await ready();
  createRoot(root).render(
    <StrictMode>
      <Playground
        {...(await start())}
        example={EXAMPLE}
        shop={import.meta.env.MODE === "playground" ? undefined : "./"}
      />
    </StrictMode>,
  );
} catch (error) {
  root.textContent = `The page cannot start: ${message(error)}`;
}
