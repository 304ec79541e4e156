/** Launches this machine's Chromium. */
import { chromium } from "playwright-core";
import { launchOptions } from "../../../.ci/chromium.mjs";

export { skipWithoutChromium } from "../../../.ci/chromium.mjs";

export const launch = () => chromium.launch(launchOptions());
