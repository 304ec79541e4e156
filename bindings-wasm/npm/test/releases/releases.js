/** Two releases of the package in one page or process: each has its own module, and answers with its own documents. */

/** @typedef {Pick<typeof import("../../dist/index.js"), "Context" | "Flags" | "version">} Release */

/** The version of the package, and that of the other release in these tests. */
export const VERSIONS = /** @type {const} */ (["0.1.0", "0.2.0"]);

/** Makes a file of the package that of the other release: in scripts and modules only the version differs. @param {Uint8Array} file */
export function ofOtherRelease(file) {
  const text = Buffer.from(file).toString("latin1");
  return Buffer.from(text.replaceAll(...VERSIONS), "latin1");
}

/** @param {string} value */
const documentOf = value => {
  const targets = [{ variation: 1, values: ["ada", "bob"] }];
  return {
    flags: {
      f: { key: "f", on: true, variations: ["others", value], targets, fallthrough: { variation: 0 } },
    },
  };
};

/** Returns the name of the error of a call. @param {() => unknown} call */
function errorOf(call) {
  try {
    return `returned ${call()}`;
  } catch (thrown) {
    return /** @type {Error} */ (thrown).name;
  }
}

/** Evaluates with both releases in turn, and passes objects of one to the other. @param {Release} one @param {Release} other */
export function mixed(one, other) {
  const [mine, theirs] = [
    one.Flags.fromObject(documentOf("one")),
    other.Flags.fromObject(documentOf("other")),
  ];
  const [ada, bob] = [new one.Context("ada"), new other.Context("bob")];
  const [bound, theirBound] = [mine.bind(bob), theirs.bind(ada)];
  const answers = new Set();
  for (let turn = 0; turn < 1000; turn++) {
    // Objects that only one of the releases has, so that the same handle means different things.
    if (turn % 100 === 0) mine.bind({ kind: "user", key: `${turn}` });
    const plain = { kind: "user", key: "eve" };
    answers.add(
      [
        mine.variation("f", ada, 0),
        mine.variation("f", bob, 0),
        mine.variation("f", plain, 0),
        bound.variation("f", 0),
        theirs.variation("f", ada, 0),
        theirs.variation("f", bob, 0),
        theirs.variation("f", plain, 0),
        theirBound.variation("f", 0),
      ].join(),
    );
  }
  const errors = [
    errorOf(() => mine.supersedes(theirs, {})),
    errorOf(() => theirs.stepsBackFrom(mine)),
    errorOf(() => mine.variation.call(theirs, "f", ada, 0)),
    errorOf(() => bound.variation.call(theirBound, "f", 0)),
    errorOf(() => mine.apply(/** @type {any} */ (theirs))),
    errorOf(() => other.Flags.fromObject(mine)),
  ];
  bob.free();
  errors.push(errorOf(() => mine.variation("f", bob, 0)));
  theirs.free();
  errors.push(errorOf(() => theirs.variation("f", ada, 0)));
  return {
    versions: [one.version, other.version],
    answers: [...answers],
    errors,
    after: [mine.variation("f", ada, 0), bound.variation("f", 0), theirBound.variation("f", 0)],
  };
}

export const EXPECTED = {
  versions: [...VERSIONS],
  answers: ["one,one,others,one,other,other,others,other"],
  errors: [
    "TypeError",
    "TypeError",
    "TypeError",
    "TypeError",
    "DocumentError",
    "DocumentError",
    "Error",
    "Error",
  ],
  after: ["one", "one", "other"],
};
