"use client";
/** The four combinations of a load: with and without a bootstrap, at once and hydrated later. */

import { Flags, ready } from "isoflag";
import { IsoflagProvider } from "isoflag/react";
import { createSource } from "isoflag/source";
import { lazy, Suspense } from "react";
import { Answer } from "./answer.jsx";

// As in the package's README: on a server it fetches nothing.
const source = createSource({ url: "/flags.json", Flags, ready });
const Late = lazy(() => import("./late.jsx"));

export function Providers({ person, bootstrap }) {
  return Object.entries({ bare: undefined, bootstrapped: bootstrap }).map(([id, given]) => (
    <IsoflagProvider key={id} flags={source} context={person} bootstrap={given}>
      <Answer id={id} />
      <Suspense>
        <Late id={`${id}-late`} />
      </Suspense>
    </IsoflagProvider>
  ));
}
