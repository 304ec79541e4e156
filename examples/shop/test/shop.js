/** Opens the shop for a test: its server with a Lambda function, Chromium, and the pictures of the documentation. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { launchOptions } from "../../../.ci/chromium.mjs";

export { skipWithoutChromium } from "../../../.ci/chromium.mjs";

/** @param {string} path */
const at = path => fileURLToPath(new URL(path, import.meta.url));

const PYTHON = at("../../../.venv/bin/python");

/** Launches this machine's Chromium. */
export const launch = () => chromium.launch(launchOptions());

/** Starts the server on a free port; returns its address and a function that stops it. */
export async function serve() {
  const server = spawn(PYTHON, [at("../serve.py"), "--ttl", "0.2"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface({ input: server.stdout })) {
    const address = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
    if (!address) continue;
    return {
      address,
      stop: async () => {
        server.kill();
        await once(server, "exit");
      },
    };
  }
  throw new Error("the shop's server ended without an address");
}

/** Chromium compresses pictures fast instead of well: this saves a third. */
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
