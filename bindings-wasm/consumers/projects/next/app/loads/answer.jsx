"use client";
/** One of the four answers that a load must report. */

import { useFlag, useIsoflag } from "isoflag/react";
import { useEffect } from "react";

const reported = {};

/** Shows an answer and the document's status; reports the answer once the document has loaded. */
export function Answer({ id }) {
  const greeting = useFlag("greeting", "none");
  const { status } = useIsoflag();
  useEffect(() => {
    if (status !== "ready") return;
    reported[id] = greeting;
    if (Object.keys(reported).length === 4) globalThis.answer = reported;
  }, [id, greeting, status]);
  return (
    <p id={id}>
      {greeting}, {status}
    </p>
  );
}
