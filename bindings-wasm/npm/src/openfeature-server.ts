/**
 * `isoflag/openfeature-server`: an OpenFeature provider for `@openfeature/server-sdk`.
 *
 * ```js
 * import { OpenFeature } from "@openfeature/server-sdk";
 * import { Flags } from "isoflag";
 * import { IsoflagServerProvider } from "isoflag/openfeature-server";
 *
 * await OpenFeature.setProviderAndWait(new IsoflagServerProvider(Flags.fromJson(text)));
 * await OpenFeature.getClient().getBooleanValue("checkout", false, { targetingKey: "anna" });
 * ```
 */

export type { IsoflagProviderOptions } from "./sdk/openfeature/document.js";
export * from "./sdk/openfeature/server.js";
export type { FlagSource, SourceSnapshot, SourceStatus } from "./sdk/source/source.js";
