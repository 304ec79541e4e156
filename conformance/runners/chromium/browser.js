/** Launches this machine's Chromium, and examines pages in it. */
import { chromium } from "playwright-core";
import { launchOptions } from "../../../.ci/chromium.mjs";

export { default as axe } from "axe-core";
export { findChromium, skipWithoutChromium } from "../../../.ci/chromium.mjs";

export const launch = () => chromium.launch(launchOptions());
