// All measurements in Chromium: node isobench/chromium.mjs [--quick], which bench/run.sh calls.
import { launch, skipWithoutChromium } from "../../../conformance/runners/chromium/browser.js";
import { serve } from "./chromium/server.mjs";
import { Record } from "./record.mjs";
import { cases } from "./workload.mjs";

const quick = process.argv.includes("--quick");
const record = new Record("chromium");

async function inFreshPage(browser, address, work) {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.on("pageerror", error => console.error(`page: ${error.message}`));
  await page.goto(address);
  await page.waitForFunction(() => globalThis.measure !== undefined);
  const done = await work(page);
  await context.close();
  return done;
}

async function measure() {
  const { server, address } = await serve(process.env.ISOFLAG_BENCH_DATA);
  const browser = await launch();
  try {
    record.line({ version: `Chromium ${browser.version()}` });
    const runs = { instantiate: [], answer: [], fetched: [] };
    for (let run = 0; run < (quick ? 3 : 15); run += 1) {
      const from = await inFreshPage(browser, address, page => page.evaluate(() => globalThis.start()));
      runs.instantiate.push(from.instantiate);
      runs.answer.push(from.answer);
      const fetched = await inFreshPage(browser, address, page =>
        page.evaluate(() => globalThis.startByFetching()),
      );
      runs.fetched.push(fetched.answer);
    }
    record.row("start", "compile and instantiate", "isoflag", "ms", runs.instantiate);
    record.row("start", "first answer, from the bytes", "isoflag", "ms", runs.answer);
    record.row("start", "first answer, from ready()", "isoflag", "ms", runs.fetched);
    const how = { cases, blocks: quick ? 3 : 15, warmUp: quick ? 30 : 150, calls: quick ? 2000 : 10_000 };
    process.stdout.write(
      await inFreshPage(browser, address, page => page.evaluate(options => globalThis.measure(options), how)),
    );
  } finally {
    await browser.close();
    server.close();
  }
}

const skip = skipWithoutChromium();
if (skip) {
  console.error(`bench: SKIPPED Chromium: ${skip}`);
  record.skip("start", "compile and instantiate", skip);
  record.skip("eval", "every case", skip);
} else {
  await measure();
}
