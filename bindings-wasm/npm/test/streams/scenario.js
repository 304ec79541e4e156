// Follows the stream of a publisher through its changes, in Node and in a page.

const user = { kind: "user", key: "ada" };
const document = (/** @type {number} */ version) =>
  JSON.stringify({
    flags: { f: { key: "f", version, on: true, variations: [version], fallthrough: { variation: 0 } } },
    segments: {},
    meta: { version, lastModifiedTimestamp: 1_795_172_400 + version },
  });
const pause = (/** @type {number} */ ms) => new Promise(resolve => setTimeout(resolve, ms));

/** Waits until something is equal. @param {() => unknown} found @param {unknown} expected */
async function until(found, expected) {
  let last;
  for (let turn = 0; turn < 1000; turn++) {
    last = await found();
    if (last === expected) return;
    await pause(10);
  }
  throw new Error(`expected ${expected}, found ${last}`);
}

/**
 * Returns the observations.
 *
 * @param {(options: any) => import("../../dist/source.js").DocumentSource} start starts a source
 * @param {string} origin the publisher's
 */
export async function scenario(start, origin) {
  const publish = (/** @type {object} */ change) =>
    fetch(`${origin}/publish`, { method: "POST", body: JSON.stringify(change) });
  const streams = async () => (await fetch(`${origin}/streams`)).json();
  const open = async () => (await streams()).open;
  /** @type {string[]} */
  const errors = [];
  const following = async () => {
    const source = start({
      url: `${origin}/flags.json`,
      events: `${origin}/stream`,
      onError: (/** @type {{ code: string }} */ error) => errors.push(error.code),
    });
    await source.loaded;
    await until(open, 1);
    return source;
  };

  await publish({ document: document(1) });
  const source = await following();
  const value = () => source.snapshot.flags?.variation("f", user, 0);
  await until(value, 1);
  await publish({ document: document(2), event: "put" });
  await until(value, 2);
  // An event while the stream is interrupted is lost.
  await publish({ document: document(3), ends: true });
  await until(value, 3);
  await until(open, 1);
  // The document goes back.
  await publish({ document: document(1), event: "patch" });
  await until(value, 1);
  const { steppedBackAt } = source.snapshot;
  await publish({ document: "{", event: "message" });
  await until(() => source.snapshot.status, "stale");
  const broken = { value: value(), code: source.snapshot.error?.code };
  await publish({ document: document(4), event: "message" });
  await until(value, 4);
  const { lastEventIds } = await streams();
  source.close();
  await until(open, 0);
  // Five times the pause before `EventSource` reconnects.
  await pause(100);
  const afterClosing = (await streams()).lastEventIds.length - lastEventIds.length;

  const other = await following();
  await publish({ document: document(5), ends: true, isOver: true });
  await until(() => errors.at(-1), "events");
  await other.refresh();
  const polled = other.snapshot.flags?.variation("f", user, 0);
  other.close();
  return { wentBack: steppedBackAt !== undefined, broken, lastEventIds, afterClosing, errors, polled };
}

/** The result with an `EventSource` that follows the standard. */
export const SEEN = {
  wentBack: true,
  broken: { value: 1, code: "document" },
  lastEventIds: [null, "1"],
  afterClosing: 0,
  errors: ["document", "events"],
  polled: 5,
};
