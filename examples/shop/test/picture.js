/** Saves a picture that the documentation shows. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const PYTHON = fileURLToPath(new URL("../../../.venv/bin/python", import.meta.url));
/** Chromium's fast compression leaves room for a third. */
const SMALLER =
  "import sys, zopfli.png; sys.stdout.buffer.write(zopfli.png.optimize(sys.stdin.buffer.read()))";

/**
 * @param {string} name of a file in `docs`
 * @param {Buffer} screenshot
 */
export function savePicture(name, screenshot) {
  const picture = execFileSync(PYTHON, ["-c", SMALLER], { input: screenshot, maxBuffer: 1 << 24 });
  writeFileSync(new URL(`../../../docs/${name}`, import.meta.url), picture);
}
