import { useSyncExternalStore } from "react";
import { App, type AppProps } from "./App";
import { Instances } from "./Instances";
import { Masthead, type View } from "./Masthead";

function watch(listener: () => void): () => void {
  addEventListener("hashchange", listener);
  return () => removeEventListener("hashchange", listener);
}

const current = (): View => (location.hash === "#instances" ? "instances" : "documents");

/** The page: two hosts with one document, or many instances while it changes. */
export function Views(props: AppProps) {
  const view = useSyncExternalStore(watch, current);
  return (
    <>
      {/* Hidden instead of removed, so that edits are kept. */}
      <div hidden={view !== "documents"}>
        <App {...props} />
      </div>
      {view === "instances" && (
        <>
          <Masthead
            view={view}
            title="A change arrives instance by instance."
            lede="Twelve warm instances of one function poll every 15 minutes, each at its own moment. Until the last of them has noticed a change, a page and its back end may disagree. Choose what protects a journey, and watch."
          />
          <Instances />
        </>
      )}
    </>
  );
}
