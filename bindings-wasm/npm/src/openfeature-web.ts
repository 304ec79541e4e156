/**
 * `isoflag/openfeature-web`: an OpenFeature provider for `@openfeature/web-sdk`, and so for `@openfeature/react-sdk`.
 *
 * ```js
 * import { OpenFeature } from "@openfeature/web-sdk";
 * import { IsoflagWebProvider } from "isoflag/openfeature-web";
 *
 * await OpenFeature.setContext({ targetingKey: "anna", plan: "pro" });
 * await OpenFeature.setProviderAndWait(new IsoflagWebProvider(source));
 * OpenFeature.getClient().getBooleanValue("checkout", false);
 * ```
 */

export type { IsoflagProviderOptions } from "./sdk/openfeature/document.js";
export * from "./sdk/openfeature/web.js";
export type { FlagSource, SourceSnapshot, SourceStatus } from "./sdk/source/source.js";
