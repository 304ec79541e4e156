/**
 * Opens the shop for a test: its server with a Lambda function, Chromium, and the pictures of the documentation.
 *
 * Run as a program, `node shop.js http://127.0.0.1:PORT`, it compares page and function; the exit code is 1 if they differ.
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { launchOptions, skipWithoutChromium } from "../../../.ci/chromium.mjs";

export { skipWithoutChromium };

/** @param {string} path */
const at = path => fileURLToPath(new URL(path, import.meta.url));

const PYTHON = at("../../../.venv/bin/python");

/** Launches this machine's Chromium. */
export const launch = () => chromium.launch(launchOptions());

/**
 * Starts the server on a free port; returns its address and a function that stops it.
 * @param {Record<string, string>} [environment] more variables
 */
export async function serve(environment) {
  const server = spawn(PYTHON, [at("../serve.py"), "--ttl", "0.2"], {
    env: { ...process.env, ...environment },
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

/** Checks once whether the page and the Lambda function of a running shop agree on every flag for every preset. @param {string} address */
async function agree(address) {
  const skip = skipWithoutChromium();
  if (skip) {
    console.log(`shop: SKIPPED the comparison: ${skip}`);
    return true;
  }
  const browser = await launch();
  try {
    const page = await browser.newPage();
    /** @type {string[]} */
    const faults = [];
    page.on("pageerror", error => faults.push(String(error)));
    await page.goto(address);
    await page.getByRole("button", { name: "Compare all presets" }).click();
    const result = page.locator(".everybody[data-compared]");
    await result.waitFor();
    const compared = Number(await result.getAttribute("data-compared"));
    const same = Number(await result.getAttribute("data-same"));
    const { agreements, disagreements } = await page
      .locator(".parity")
      .evaluate(element => ({ .../** @type {HTMLElement} */ (element).dataset }));
    for (const fault of faults) console.log(`shop: ${fault}`);
    console.log(
      `shop: ${same} of ${compared} explanations are the same bytes in Chromium and in the Lambda function`,
    );
    console.log(
      `shop: of the requests that report their answers, ${agreements} agree with the Lambda function and ${disagreements} disagree`,
    );
    const isEqual = compared > 0 && same === compared && Number(agreements) > 0 && disagreements === "0";
    return isEqual && faults.length === 0;
  } finally {
    await browser.close();
  }
}

const [, program = "", address] = process.argv;
if (program === fileURLToPath(import.meta.url) && !(await agree(address ?? ""))) process.exitCode = 1;
