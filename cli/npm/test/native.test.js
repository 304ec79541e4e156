/** The package runs the same command-line tool as the native binary: same arguments, same bytes. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";

const at = path => fileURLToPath(new URL(path, import.meta.url));
const repository = at("../../..");
const npx = at("../isoflag.js");
const scratch = mkdtempSync(join(tmpdir(), "isoflag-npx-"));
let native;

/** Arguments that are too long for the list of invocations. */
const MADE = { LONG: "x".repeat(5000), NESTED: "[".repeat(100_000) };

/** Creates a folder with copies of files of the repository, links, and unusual permissions. */
function folderWith(files) {
  const folder = mkdtempSync(join(scratch, "folder-"));
  for (const [name, from] of Object.entries(files)) {
    copyFileSync(join(repository, from), join(folder, name));
    chmodSync(join(folder, name), 0o640);
  }
  symlinkSync("flags.json", join(folder, "link.json"));
  symlinkSync("nowhere.json", join(folder, "dangling.json"));
  symlinkSync("round.json", join(folder, "round.json"));
  return folder;
}

/** Returns the files in a folder after a run. */
function left(folder) {
  return readdirSync(folder).map(name => {
    const stats = lstatSync(join(folder, name));
    return [name, stats.mode, stats.isFile() ? readFileSync(join(folder, name), "utf8") : ""];
  });
}

function ran(program, args, options) {
  const { status, signal, stdout, stderr } = spawnSync(program, args, { encoding: "utf8", ...options });
  return { status, signal, stdout, stderr };
}

/** Returns the result of an invocation. */
function made(program, { run, input = "", files, env = {}, in: inside = "" }) {
  const cwd = files === undefined ? join(repository, inside) : folderWith(files);
  const { PATH, HOME } = process.env;
  const result = ran(
    program,
    run.map(argument => MADE[argument] ?? argument),
    { cwd, input: MADE[input] ?? input, env: { PATH, HOME, TERM: "xterm", ...env } },
  );
  return files === undefined ? result : { ...result, left: left(cwd) };
}

const invocations = JSON.parse(readFileSync(at("invocations.json"), "utf8"));
/** Shell commands in which `"$0"` is the CLI. */
const PIPES = {
  "a reader that ends early": `"$0" inventory examples/shop/flags.json --html - --now 1 | head -c 9; echo "\${PIPESTATUS[0]}"`,
  "a slow writer": `(sleep 0.2; cat examples/first/flags.json) | "$0" digest -`,
  "a full disk": `"$0" keys examples/shop/flags.json >/dev/full`,
  "no standard output": `"$0" keys examples/shop/flags.json >&-`,
  "no standard input": `"$0" keys - <&-`,
  "a folder with ignore rules in its parents": `cd examples/shop && "$0" retire ../../examples/shop/flags.json --now 1 --code . --code ../first`,
};
const terminal = spawnSync("script", ["--version"]).status === 0;

describe("npx isoflag-cli", () => {
  before(() => {
    const built = execFileSync("cargo", ["build", "--quiet", "-p", "isoflag-cli", "--message-format=json"], {
      cwd: repository,
      encoding: "utf8",
      maxBuffer: 1 << 26,
    });
    const messages = built
      .trim()
      .split("\n")
      .map(line => JSON.parse(line));
    native = messages.findLast(({ executable }) => executable).executable;
  });

  after(() => rmSync(scratch, { recursive: true }));

  it("prints the same bytes as the native binary", () => {
    const codes = new Set();
    for (const invocation of invocations) {
      const expected = made(native, invocation);
      codes.add(expected.status);
      assert.deepEqual({ ...made(npx, invocation), invocation }, { ...expected, invocation });
    }
    assert.deepEqual([...codes].sort(), [0, 1, 2]);
  });

  it("behaves like the native binary in pipes", () => {
    for (const [what, script] of Object.entries(PIPES)) {
      const options = { cwd: repository };
      assert.deepEqual(
        ran("bash", ["-c", script, npx], options),
        ran("bash", ["-c", script, native], options),
        what,
      );
    }
  });

  it("writes colours to a terminal", { skip: !terminal && "there is no `script` here" }, () => {
    const inTerminal = program => {
      const command = `stty cols 70 rows 30; "${program}" check examples/shop/broken.json; "${program}" check --help`;
      const env = { ...process.env, TERM: "xterm" };
      return ran("script", ["--quiet", "--return", "--command", command, "/dev/null"], {
        cwd: repository,
        env,
      });
    };
    const expected = inTerminal(native);
    assert.ok(expected.stdout.includes("\u001b["), expected.stdout);
    assert.deepEqual(inTerminal(npx), expected);
  });

  it("passes the tests of the native binary that run no other program", () => {
    const skipped = ["appconfig::", "certify", "impact::blame_names_the_commit", "printable::"].flatMap(
      name => ["--skip", name],
    );
    const env = { ...process.env, ISOFLAG_PROGRAM: npx };
    const { status, stdout, stderr } = ran(
      "cargo",
      ["test", "--quiet", "-p", "isoflag-cli", "--test", "cli", "--", ...skipped],
      { cwd: repository, env },
    );
    assert.equal(status, 0, stdout + stderr);
  });

  it("says what to use instead of a subcommand that runs another program, in one line", () => {
    const context = ["--context", '{"key": "mia"}', "examples/first/flags.json"];
    for (const command of [
      ["certify", "flags.json", "--", "true"],
      ["blame", "new-checkout", ...context],
    ]) {
      const { status, stdout, stderr } = ran(npx, command, { cwd: repository });
      assert.deepEqual([status, stdout], [2, ""]);
      assert.match(stderr, new RegExp(`^error: \`${command[0]}\` [^\n]+ \`cargo install isoflag-cli\`\n$`));
    }
  });

  it("is the binary that the package declares", () => {
    const { bin } = JSON.parse(readFileSync(at("../package.json"), "utf8"));
    assert.deepEqual(bin, { isoflag: "isoflag.js", "isoflag-cli": "isoflag.js" });
    const { status, stdout, stderr } = ran(npx, ["--version"]);
    assert.deepEqual([status, stdout], [0, ran(native, ["--version"]).stdout]);
    assert.doesNotMatch(stderr, /Warning/);
  });
});
