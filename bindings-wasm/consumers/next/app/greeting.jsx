"use client";

import { Flags, ready } from "isoflag";
import { IsoflagProvider, useFlag, useIsoflag } from "isoflag/react";
import { createSource } from "isoflag/source";
import { useEffect } from "react";
import { PEOPLE } from "./people.js";

// A server has what it needs in the bootstrap.
const source = typeof window === "undefined" ? undefined : createSource({ url: "/flags.json", Flags, ready });
const told = new Map();

/** Rendered on the server and hydrated with the server's answers; asked again once the document is in the browser. */
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
    told.set(person.key, greeting);
    if (told.size === PEOPLE.length) globalThis.answer = PEOPLE.map(({ key }) => told.get(key));
  }, [person, greeting, digest]);
  return <p id={person.key}>{greeting}</p>;
}
