// LaunchDarkly's SDK with a document in memory: a client that is never connected, and the evaluator that it holds.
import { deserializePoll } from "@launchdarkly/js-server-sdk-common";
import { Context, init } from "@launchdarkly/node-server-sdk";

const ignore = () => undefined;
const logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

export const contextOf = raw => Context.fromLDContext(raw);

/** The SDK's own model of a document. */
export const modelOf = text => deserializePoll(text);

/** Resolves to a client that has loaded the document. */
export async function clientOf(text) {
  const client = init("sdk-key", {
    sendEvents: false,
    diagnosticOptOut: true,
    logger,
    updateProcessor: (_context, updates, ready) => ({
      start: () => {
        const model = modelOf(text);
        updates.init({ features: model.flags, segments: model.segments }, ready);
      },
      stop: ignore,
      close: ignore,
    }),
  });
  await client.waitForInitialization({ timeout: 60 });
  return client;
}

/** The SDK does not export its evaluator; a client contains one. */
export const evaluatorOf = client => client._evaluator;
