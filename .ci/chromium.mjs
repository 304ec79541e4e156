/**
 * Which Chromium the tests open, and how. It imports no driver, so it works without npm packages.
 *
 * Run as a program it prints the path of Chromium. If it finds no Chromium, it prints why on standard error and exits with 1; a
 * caller that skips its test then checks that `CI` is not set.
 */
import { accessSync, constants, realpathSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"];

/** No network beyond the loopback address, and no sandbox: a container's root user has none, and the pages are ours. */
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const MISSING = "no Chromium: put it on the path, or name it in `CHROMIUM`";

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The program that `CHROMIUM` names, or the first of the usual names on the path. */
export function findChromium(environment = process.env) {
  if (environment.CHROMIUM) return environment.CHROMIUM;
  const folders = (environment.PATH ?? "").split(delimiter);
  return NAMES.flatMap(name => folders.map(folder => join(folder, name))).find(isExecutable);
}

/** The `skip` option of a test that needs Chromium. Throws without Chromium if `CI` is set: a skip must not pass there. */
export function skipWithoutChromium(environment = process.env) {
  if (findChromium(environment) !== undefined) return false;
  if (environment.CI) throw new Error(MISSING);
  return MISSING;
}

/** The options that make a driver start Chromium; throws if it is missing. */
export function launchOptions() {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error(MISSING);
  return { executablePath, args: FLAGS };
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const found = findChromium();
  if (found === undefined) {
    console.error(process.env.CI ? MISSING : `SKIPPED: ${MISSING}`);
    process.exitCode = 1;
  } else {
    console.log(found);
  }
}
