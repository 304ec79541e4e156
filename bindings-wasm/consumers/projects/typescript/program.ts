/** Uses the public types of `isoflag` and `isoflag/inline`. */
import {
  type BoundFlags,
  Context,
  ContextError,
  type ContextLike,
  type Diagnostic,
  DocumentError,
  type EvaluationDetail,
  Flags,
  type JsonValue,
  LoadError,
  type LoadErrorCode,
  ready,
  readySync,
  SPEC_VERSION,
  secureModeHash,
  version,
} from "isoflag";
import { Flags as InlineFlags } from "isoflag/inline";

export async function greeting(who: ContextLike): Promise<string> {
  await ready().catch((error: unknown) => {
    const code: LoadErrorCode | undefined = error instanceof LoadError ? error.code : undefined;
    throw new Error(code);
  });
  const flags: Flags = Flags.fromJson('{"flags":{}}');
  const bound: BoundFlags = flags.bind(new Context("anna", { attributes: { country: "NO" } }));
  const detail: EvaluationDetail<boolean> = bound.boolVariationDetail("f", false);
  const json: JsonValue | undefined = flags.jsonVariation("f", who, undefined);
  const diagnostics: readonly Diagnostic[] = flags.diagnostics;
  // @ts-expect-error a default of another type
  flags.numberVariation("f", who, "0");
  return [detail.value, json, diagnostics.length, SPEC_VERSION, version, secureModeHash("k", who)].join();
}

export const entries: (typeof Flags)[] = [Flags, InlineFlags];
export const errors: (new (...made: never[]) => Error)[] = [ContextError, DocumentError, LoadError];
export { readySync };
