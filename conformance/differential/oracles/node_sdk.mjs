// Runs LaunchDarkly's Node SDK as an oracle: JSON lines in, its answers out.
//
// The SDK does not export its evaluator. A client that is offline holds one, so the class is taken from there, and the
// client's own methods are called on a stub that has a data store in memory: no network, no start, no events.
import { createHash } from "node:crypto";
import { createInterface } from "node:readline";
import { deserializePoll, LDClientImpl } from "@launchdarkly/js-server-sdk-common";
import { init } from "@launchdarkly/node-server-sdk";
import murmur from "murmurhash-js";

// More than any generated graph of segments needs; reached only if the SDK would loop for ever.
const MOST_SEGMENT_VISITS = 300;
const TYPED = [
  ["boolean", "boolVariationDetail", true],
  ["number", "numberVariationDetail", 987654.5],
  ["string", "stringVariationDetail", "default"],
  ["json", "jsonVariationDetail", { default: true }],
];

const offline = init("sdk-key", { offline: true, sendEvents: false, logger: silent() });
const Evaluator = offline._evaluator.constructor;

function silent() {
  const ignore = () => undefined;
  return { debug: ignore, info: ignore, warn: ignore, error: ignore };
}

// `bucket = hex / 2^60` in the SDK. A murmur3 hash, written as eight hex digits and seven zeros, makes the same
// expression `hash / 2^32`: the SDK's evaluation, with isoflag's other hash.
const cryptos = {
  sha1: { createHash: name => createHash(name) },
  murmur3: {
    createHash: () => {
      let text = "";
      return {
        update: value => {
          text += value;
        },
        digest: () => {
          const bytes = Buffer.from(text, "utf8").toString("latin1");
          return `${murmur.murmur3(bytes, 0).toString(16).padStart(8, "0")}${"0".repeat(32)}`;
        },
      };
    },
  },
};

/** Loads items one by one, so that one bad item does not refuse the rest. */
function load(member, items) {
  const loaded = {};
  const refused = [];
  for (const key of Object.keys(items ?? {})) {
    try {
      const text = JSON.stringify({ [member]: { [key]: items[key] } });
      const item = deserializePoll(text)[member][key];
      if (item === null || typeof item !== "object" || Array.isArray(item)) {
        refused.push(key);
      } else if (!item.deleted) {
        loaded[key] = item;
      }
    } catch {
      refused.push(key);
    }
  }
  return [loaded, refused];
}

function own(items, key) {
  return Object.hasOwn(items, key) ? items[key] : undefined;
}

/** A client whose store, big segments and hash are the case's. */
function clientFor(line, flags, segments, visits) {
  const big = line.bigSegments;
  const queries = {
    getFlag: (key, callback) => callback(own(flags, key)),
    getSegment: (key, callback) => callback(own(segments, key)),
    getBigSegmentsMembership: key =>
      Promise.resolve(big ? [own(big.memberships, key) ?? null, big.status] : undefined),
  };
  const evaluator = new Evaluator({ crypto: cryptos[line.hash ?? "sha1"] }, queries);
  const match = evaluator.segmentMatchContext;
  evaluator.segmentMatchContext = (...args) => {
    visits.count += 1;
    if (visits.count <= MOST_SEGMENT_VISITS) {
      match.apply(evaluator, args);
    }
  };
  const client = Object.create(LDClientImpl.prototype);
  const events = { evalEventServer: () => ({}), unknownFlagEvent: () => ({}) };
  return Object.assign(client, {
    _config: { offline: false },
    _logger: silent(),
    _onError: () => undefined,
    _evaluator: evaluator,
    _eventProcessor: { sendEvent: () => undefined },
    _eventFactoryDefault: events,
    _eventFactoryWithReasons: events,
    _hookRunner: { withEvaluationSeries: (_key, _context, _default, _method, run) => run() },
    _featureStore: {
      get: (_kind, key, callback) => callback(own(flags, key) ?? null),
      all: (_kind, callback) => callback(flags),
    },
    initialized: () => true,
  });
}

/** Runs `start(resolve)`; everything asynchronous in an evaluation is a microtask, so a turn of the loop is enough. */
async function settled(start) {
  let outcome;
  try {
    start(value => {
      outcome ??= { value };
    });
  } catch {
    return { none: "exception" };
  }
  if (outcome === undefined) {
    await new Promise(resolve => setImmediate(resolve));
  }
  return outcome ?? { none: "no answer" };
}

function shown(detail) {
  return [detail.variationIndex ?? null, detail.value ?? null, detail.reason];
}

async function answer(line) {
  const [flags, refusedFlags] = load("flags", line.document.flags);
  const [segments, refusedSegments] = load("segments", line.document.segments);
  const visits = { count: 0 };
  const client = clientFor(line, flags, segments, visits);
  const answers = [];
  for (const context of line.contexts) {
    const row = [];
    for (const key of line.flags) {
      visits.count = 0;
      const outcome = await settled(resolve =>
        client._variationInternal(key, context, null, client._eventFactoryDefault, result =>
          resolve(shown(result.detail)),
        ),
      );
      row.push(outcome.none ? { none: outcome.none } : outcome.value);
    }
    answers.push(row);
  }
  const states = [];
  for (const options of line.states ?? []) {
    visits.count = 0;
    const outcome = await settled(resolve => {
      client.allFlagsState(line.contexts[options.context], options).then(
        state => resolve(state.toJSON()),
        () => undefined,
      );
    });
    states.push(outcome.none ? null : outcome.value);
  }
  const typed = [];
  for (const key of line.typed ?? []) {
    const row = {};
    for (const [type, method, fallback] of TYPED) {
      visits.count = 0;
      const outcome = await settled(resolve => {
        client[method](key, line.contexts[0], fallback).then(
          detail => resolve(shown(detail)),
          () => undefined,
        );
      });
      row[type] = outcome.none ? null : outcome.value;
    }
    typed.push(row);
  }
  return { n: line.n, refused: { flags: refusedFlags, segments: refusedSegments }, answers, states, typed };
}

// An exception in a promise is an evaluation that never answers, which `settled` has reported.
process.on("unhandledRejection", () => undefined);

for await (const text of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
  const written = `${JSON.stringify(await answer(JSON.parse(text)))}\n`;
  if (!process.stdout.write(written)) {
    await new Promise(resolve => process.stdout.once("drain", resolve));
  }
}
process.exit(0);
