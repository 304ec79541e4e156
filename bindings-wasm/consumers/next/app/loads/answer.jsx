"use client";

import { useFlag, useIsoflag } from "isoflag/react";
import { useEffect } from "react";

const told = {};

/** Shows an answer and the state of the document, and tells the answer once there is a document. */
export function Answer({ id }) {
  const greeting = useFlag("greeting", "none");
  const { status } = useIsoflag();
  useEffect(() => {
    if (status !== "ready") return;
    told[id] = greeting;
    if (Object.keys(told).length === 4) globalThis.answer = told;
  }, [id, greeting, status]);
  return (
    <p id={id}>
      {greeting}, {status}
    </p>
  );
}
