/** Checks documents for probable mistakes of their authors. */

import { requireTools } from "../binding/engine.js";
import { argumentErrors, type Diagnostic, documentErrors } from "../binding/errors.js";
import { type Held, handlesOf } from "../binding/handles.js";
import * as tools from "../generated/tools-glue.js";
import { type DocumentLike, during, withDocuments } from "./documents.js";

/** The options of a check; missing ones are taken from the document's own `meta.check`. */
export interface CheckOptions {
  /** The naming pattern, such as `stakeholder.team.id`, or a regular expression in slashes. */
  readonly names?: string | undefined;
  /** Whether each flag needs an owner. */
  readonly owners?: boolean | undefined;
  /** The environment that the document is for, such as `prod`; otherwise its `meta.environment`. */
  readonly environment?: string | undefined;
  /** The moment of the check, in seconds since 1970. */
  readonly now?: number | undefined;
  /** The maximum number of flags of a team. */
  readonly maxFlagsPerTeam?: number | undefined;
  /** The maximum age of a flag in days. */
  readonly maxAgeDays?: number | undefined;
  /** The codes of findings that are not reported. */
  readonly allow?: readonly string[] | undefined;
}

/** Returns the findings about a document that were made when it was loaded, frozen. */
export function readDiagnostics(flags: Held): readonly Diagnostic[] {
  const diagnostics = JSON.parse(documentErrors.text(tools.flagsDiagnostics(flags.handle))) as Diagnostic[];
  return Object.freeze(diagnostics.map(diagnostic => Object.freeze(diagnostic)));
}

/** Returns all findings about a document. */
export function check(flags: Held, options: CheckOptions | undefined): Diagnostic[] {
  const written = JSON.stringify(options ?? {});
  return JSON.parse(during(argumentErrors, () => tools.checkFlags(flags.handle, written))) as Diagnostic[];
}

/** The findings about the documents of several environments, by their names. */
export type EnvironmentDiagnostics = { readonly [name: string]: Diagnostic[] };

/**
 * Like `Flags.check`, for several named environments of the same flags: also reports flags that are on outside
 * development but off in it.
 */
export function checkEnvironments(
  documents: { readonly [name: string]: DocumentLike },
  options?: Omit<CheckOptions, "environment">,
): EnvironmentDiagnostics {
  requireTools("checkEnvironments");
  const names = Object.keys(documents);
  const written = JSON.stringify(options ?? {});
  const found = withDocuments(Object.values(documents), loaded =>
    during(argumentErrors, () =>
      tools.checkEnvironments(JSON.stringify(names), new Uint32Array(handlesOf(...loaded)), written),
    ),
  );
  const lists = JSON.parse(found) as Diagnostic[][];
  return Object.fromEntries(names.map((name, index) => [name, lists[index] ?? []]));
}
