// LaunchDarkly's inner evaluator in a browser, which its server SDK does not support: an offline client contains one. The
// platform gives it a synchronous SHA-1, which browsers do not have.
import { Context, deserializePoll, LDClientImpl } from "@launchdarkly/js-server-sdk-common";
import { sha1 } from "@noble/hashes/legacy.js";
import { bytesToHex } from "@noble/hashes/utils.js";

const ignore = () => undefined;
const encoder = new TextEncoder();

function createHash() {
  let text = "";
  return {
    update: more => {
      text += more;
    },
    digest: () => bytesToHex(sha1(encoder.encode(text))),
  };
}

const platform = {
  info: { platformData: () => ({}), sdkData: () => ({}) },
  crypto: { createHash, createHmac: createHash, randomUUID: () => crypto.randomUUID() },
  requests: { fetch: ignore, createEventSource: ignore, getEventSourceCapabilities: () => ({}) },
};
const callbacks = {
  onError: ignore,
  onFailed: ignore,
  onReady: ignore,
  onUpdate: ignore,
  hasEventListeners: () => false,
};
const logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

export function peerOf(text) {
  const options = { offline: true, sendEvents: false, diagnosticOptOut: true, logger };
  const client = new LDClientImpl("sdk-key", platform, options, callbacks);
  const Evaluator = client._evaluator.constructor;
  const { flags, segments } = deserializePoll(text);
  const evaluator = new Evaluator(platform, {
    getFlag: (key, callback) => callback(flags[key]),
    getSegment: (key, callback) => callback(segments[key]),
    getBigSegmentsMembership: () => Promise.resolve(undefined),
  });
  return { evaluator, flags, contextOf: raw => Context.fromLDContext(raw) };
}
