// The same tests of components, with React 18.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { it } from "node:test";
import { promisify } from "node:util";

const installed = existsSync(new URL("../react-18/node_modules", import.meta.url));
const skip = installed ? false : "React 18 is not installed: `npm ci` in test/react-18";

it("passes the tests of components with React 18", { skip }, async () => {
  const cwd = new URL("../..", import.meta.url);
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const files = (await readdir(new URL(".", import.meta.url)))
    .filter(name => /^[a-z]+\.test\.js$/.test(name))
    .map(name => `test/react/${name}`);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--expose-gc", "--import", "./test/react-18/use.js", "--test", "--test-reporter=tap", ...files],
    { cwd, env: { ...env, REACT: "18" } },
  );
  assert.match(stdout, /^# fail 0$/m);
  assert.match(stdout, /^# pass [1-9][0-9]*$/m);
});
