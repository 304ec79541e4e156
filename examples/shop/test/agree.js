/**
 * Checks once and headless whether the page and the Lambda function of a running shop agree on every flag for every
 * preset: `node agree.js http://127.0.0.1:PORT`. The exit code is 1 if they do not.
 */
import { launch, skipWithoutChromium } from "./shop.js";

const [address = ""] = process.argv.slice(2);
const skip = skipWithoutChromium();
if (skip) {
  console.log(`shop: SKIPPED the comparison: ${skip}`);
  process.exit(0);
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
  for (const fault of faults) console.log(`shop: ${fault}`);
  console.log(
    `shop: ${same} of ${compared} explanations are the same bytes in Chromium and in the Lambda function`,
  );
  process.exitCode = compared > 0 && same === compared && faults.length === 0 ? 0 : 1;
} finally {
  await browser.close();
}
