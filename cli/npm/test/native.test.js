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
/** Lines of a shell, in which `"$0"` is the program. */
const pipes = JSON.parse(readFileSync(at("pipes.json"), "utf8"));
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

  it("answers, byte for byte, as the native program", () => {
    const codes = new Set();
    for (const invocation of invocations) {
      const expected = made(native, invocation);
      codes.add(expected.status);
      assert.deepEqual({ ...made(npx, invocation), invocation }, { ...expected, invocation });
    }
    assert.deepEqual([...codes].sort(), [0, 1, 2]);
  });

  it("behaves alike in pipes", () => {
    for (const [what, script] of Object.entries(pipes)) {
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

  it("passes the tests of the native binary that do not run `certify`", () => {
    const names = readdirSync(join(repository, "cli/tests")).filter(
      name => /\.rs$/.test(name) && !["appconfig.rs", "certify.rs", "printable.rs"].includes(name),
    );
    const tests = names.flatMap(name => ["--test", name.slice(0, -".rs".length)]);
    const env = { ...process.env, ISOFLAG_PROGRAM: npx };
    const { status, stdout, stderr } = ran("cargo", ["test", "--quiet", "-p", "isoflag-cli", ...tests], {
      cwd: repository,
      env,
    });
    assert.equal(status, 0, stdout + stderr);
  });

  it("says what to use instead for `certify`, in one line", () => {
    const { status, stdout, stderr } = ran(npx, ["certify", "flags.json", "--", "true"]);
    assert.deepEqual([status, stdout], [2, ""]);
    assert.match(stderr, /^error: `certify` [^\n]+ `cargo install isoflag-cli`\n$/);
  });

  it("is the binary that the package declares", () => {
    const { bin } = JSON.parse(readFileSync(at("../package.json"), "utf8"));
    assert.deepEqual(bin, { isoflag: "isoflag.js", "isoflag-cli": "isoflag.js" });
    const { status, stdout, stderr } = ran(npx, ["--version"]);
    assert.deepEqual([status, stdout], [0, ran(native, ["--version"]).stdout]);
    assert.doesNotMatch(stderr, /Warning/);
  });
});
