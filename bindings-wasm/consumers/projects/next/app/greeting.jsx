"use client";
/** A greeting that is rendered on the server, hydrated, and evaluated again in the browser. */

import { Flags, ready } from "isoflag";
import { IsoflagProvider, useFlag, useIsoflag } from "isoflag/react";
import { createSource } from "isoflag/source";
import { useEffect } from "react";
import { PEOPLE } from "../application.js";

// The server evaluates from the bootstrap alone.
const source = typeof window === "undefined" ? undefined : createSource({ url: "/flags.json", Flags, ready });
const reported = new Map();

/** Hydrates with the server's answers; evaluates again once the document has loaded. */
export function Greeting({ person, bootstrap }) {
  return (
    <IsoflagProvider flags={source} context={person} bootstrap={bootstrap}>
      <Answer person={person} />
    </IsoflagProvider>
  );
}

function Answer({ person }) {
  const greeting = useFlag("greeting", "none");
  const { digest } = useIsoflag();
  useEffect(() => {
    if (digest === undefined) return;
    reported.set(person.key, greeting);
    if (reported.size === PEOPLE.length) globalThis.answer = PEOPLE.map(({ key }) => reported.get(key));
  }, [person, greeting, digest]);
  return <p id={person.key}>{greeting}</p>;
}
