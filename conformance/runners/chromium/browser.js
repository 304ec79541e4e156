/** Launches this machine's Chromium. */
import { chromium } from "playwright-core";
import { launchOptions } from "../../../.ci/chromium.mjs";

export { findChromium, skipWithoutChromium } from "../../../.ci/chromium.mjs";

export const launch = () => chromium.launch(launchOptions());
