// What is asked about one generated case, of isoflag's npm package in Node or in a page.

const CLOCK_OFFSET_MINUTES = -330;

/** From the text where there is one, so that both ways are compared. */
function load(isoflag, line) {
  return line.text === undefined
    ? isoflag.Flags.fromObject(line.document)
    : isoflag.Flags.fromJson(line.text);
}

function contextOf(isoflag, raw) {
  try {
    return isoflag.Context.fromObject(raw);
  } catch {
    return null;
  }
}

function shown(detail) {
  return [detail.variationIndex, detail.value, detail.reason];
}

function typed(bound, key) {
  return {
    boolean: shown(bound.boolVariationDetail(key, true)),
    number: shown(bound.numberVariationDetail(key, 987654.5)),
    string: shown(bound.stringVariationDetail(key, "default")),
    json: shown(bound.jsonVariationDetail(key, { default: true })),
  };
}

/** The two lines: answers, and explanations. */
export function answer(isoflag, canonicalize, line) {
  const flags = load(isoflag, line);
  const bigSegments = line.bigSegments;
  const contexts = line.contexts.map(raw => contextOf(isoflag, raw));
  const bound = line.contexts.map(raw => flags.bind(raw, { bigSegments }));
  const clock = contexts[0]?.withClock(line.now, CLOCK_OFFSET_MINUTES);
  const each = show =>
    contexts.map((context, index) => (context === null ? null : show(context, line.contexts[index])));
  const answers = {
    answers: bound.map(one => line.flags.map(key => shown(one.variationDetail(key, null)))),
    bigSegmentKeys: each((_context, raw) => flags.bigSegmentKeys(raw)),
    clock: clock?.toObject() ?? null,
    contexts: each(context => context.toObject()),
    // Only a text tells how a number was written.
    diagnostics: flags.diagnostics.filter(
      ({ code }) => line.text !== undefined || code !== "number-precision",
    ),
    digest: flags.digest,
    hashes: each(context => isoflag.secureModeHash("sdk-key", context)),
    keys: flags.keys(),
    n: line.n,
    qualifiedKeys: each(context => context.key),
    states: (line.states ?? []).map(options =>
      bound[options.context].allFlagsState({
        clientSideOnly: options.clientSideOnly,
        withReasons: options.withReasons,
        detailsOnlyForTrackedFlags: options.detailsOnlyForTrackedFlags,
        now: line.now,
      }),
    ),
    typed: (line.typed ?? []).map(key => typed(bound[0], key)),
  };
  // The explanations are canonical text already, which is what is compared.
  const rows = bound.map(one => `[${line.flags.map(key => one.explain(key).toJson()).join(",")}]`);
  const lines = [canonicalize(answers), `{"explanations":[${rows.join(",")}],"n":${line.n}}`];
  for (const owner of [...bound, ...contexts, clock, flags]) {
    owner?.free();
  }
  return lines;
}
