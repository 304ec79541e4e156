/** Finds Chromium for the tests and gives its launch options. The caller brings the driver, so this file needs no package. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

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

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The program named by `CHROMIUM`, or the first of the usual names on the path. */
export function findChromium(environment = process.env) {
  if (environment.CHROMIUM) return environment.CHROMIUM;
  const folders = (environment.PATH ?? "").split(delimiter);
  return NAMES.flatMap(name => folders.map(folder => join(folder, name))).find(isExecutable);
}

/** Launch options for a driver; throws if there is no Chromium. */
export function launchOptions() {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error("no Chromium: neither `CHROMIUM` nor the path names one");
  return { executablePath, args: FLAGS };
}
