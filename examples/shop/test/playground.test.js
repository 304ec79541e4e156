/** Drives the page for a visitor's own document, as static files, with the network off. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import axeCore from "axe-core";
import { faultsOf, SCREENS } from "../../../.ci/accessible.mjs";
import { launch, skipWithoutChromium } from "./shop.js";

const FILES = new URL("../../../dist/playground/", import.meta.url);
/** Any folder of any server. */
const FOLDER = "/some/folder/";
/** @type {Record<string, string>} */
const TYPES = {
  html: "text/html",
  js: "text/javascript",
  css: "text/css",
  wasm: "application/wasm",
  woff2: "font/woff2",
  woff: "font/woff",
};

const DOCUMENT = {
  flags: {
    discount: {
      version: 1,
      on: true,
      salt: "s",
      clientSideAvailability: { usingEnvironmentId: true },
      variations: ["none", "ten", "twenty"],
      offVariation: 0,
      prerequisites: [{ key: "prices", variation: 0 }],
      rules: [
        {
          variation: 1,
          clauses: [{ attribute: "plan", op: "in", values: ["pro", "team-that-is-hidden"] }],
        },
      ],
      fallthrough: { variation: 0 },
    },
    prices: {
      version: 1,
      on: true,
      variations: [true, false],
      fallthrough: { variation: 0 },
      offVariation: 1,
    },
  },
};
const CONTEXTS = [
  { kind: "user", key: "ada", plan: "free" },
  { kind: "user", key: "bob", plan: "pro" },
];

/** Serves the static files, and counts the requests. */
async function serveFiles() {
  const requests = /** @type {string[]} */ ([]);
  const server = createServer(async (request, response) => {
    const path = (request.url ?? "").split("?")[0] ?? "";
    requests.push(path);
    const name = path.startsWith(FOLDER) ? path.slice(FOLDER.length) || "index.html" : "missing";
    try {
      const content = await readFile(new URL(name, FILES));
      response.setHeader("Content-Type", TYPES[name.split(".").at(-1) ?? ""] ?? "application/octet-stream");
      response.end(content);
    } catch {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise(resolve => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { address: `http://127.0.0.1:${port}${FOLDER}`, requests, stop: () => server.close() };
}

describe("the playground", { skip: skipWithoutChromium() }, () => {
  /** @type {Awaited<ReturnType<typeof serveFiles>>} */
  let server;
  /** @type {Awaited<ReturnType<typeof launch>>} */
  let browser;
  /** @type {import("playwright-core").BrowserContext} */
  let context;
  /** @type {import("playwright-core").Page} */
  let page;
  /** @type {string[]} */
  let faults = [];

  before(async () => {
    server = await serveFiles();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    server?.stop();
  });

  /** Opens an address, then turns the network off. @param {string} [fragment] */
  async function open(fragment = "") {
    const opened = await context.newPage();
    opened.setDefaultTimeout(15_000);
    opened.on("pageerror", error => faults.push(String(error)));
    opened.on("dialog", dialog => faults.push(dialog.message()));
    opened.on("console", message => {
      if (message.type() === "error") faults.push(message.text());
    });
    await opened.goto(`${server.address}${fragment}`);
    await opened.locator("[data-flag]").first().waitFor();
    await context.setOffline(true);
    server.requests.length = 0;
    return opened;
  }

  beforeEach(async () => {
    faults = [];
    context = await browser.newContext({ viewport: { width: 1280, height: 1000 } });
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    page = await open();
  });
  afterEach(async () => {
    assert.deepEqual(server.requests, []);
    assert.deepEqual(faults, []);
    await context.close();
  });

  /** @param {string} key */
  const flag = key => page.locator(`[data-flag="${key}"]`);
  /** @param {string} key */
  const unfold = key => flag(key).locator("h3 button").click();
  /** @param {string} key @param {string} value */
  const serves = (key, value) =>
    flag(key).locator(".only-answer").getByText(value, { exact: true }).waitFor();
  const problem = () => page.locator(".page-problem").innerText();
  const documentEditor = () => page.getByRole("textbox", { name: "The flag document as JSON" });
  /** The document of the address, once it is kept. @param {(document: string) => boolean} isExpected */
  async function keptDocument(isExpected) {
    for (let attempt = 0; attempt < 100; attempt++) {
      const inputs = await page.evaluate(async () => {
        if (!location.hash.startsWith("#1.")) return undefined;
        const base64 = location.hash.slice(3).replaceAll("-", "+").replaceAll("_", "/");
        const bytes = Uint8Array.from(atob(base64), letter => letter.charCodeAt(0));
        const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
        return new Response(stream).json();
      });
      if (inputs && isExpected(inputs.document)) return JSON.parse(inputs.document);
      await page.waitForTimeout(50);
    }
    throw new Error(`not kept: ${await page.evaluate("location.hash")}`);
  }
  /** Pastes a text over the whole document. @param {string} text */
  async function paste(text) {
    await documentEditor().click();
    await page.keyboard.press("Control+A");
    await page.evaluate(text => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", text);
      document.activeElement?.dispatchEvent(
        new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }),
      );
    }, text);
  }
  /** Drops files on the page. @param {Record<string, string>} files */
  async function drop(files) {
    await page.evaluate(files => {
      const dataTransfer = new DataTransfer();
      for (const [name, text] of Object.entries(files)) dataTransfer.items.add(new File([text], name));
      const event = { dataTransfer, bubbles: true, cancelable: true };
      document.querySelector("h1")?.dispatchEvent(new DragEvent("drop", event));
    }, files);
  }
  const dropBoth = () =>
    drop({ "flags.json": JSON.stringify(DOCUMENT), "users.json": JSON.stringify(CONTEXTS) });

  it("takes a pasted document, keeps it in the address, and opens it from there", async () => {
    await paste(JSON.stringify(DOCUMENT));
    await flag("prices").waitFor();
    await keptDocument(text => text.includes("team-that-is-hidden"));
    await page.locator("[data-kept=address]").waitFor();
    await page.getByRole("button", { name: "Copy the link" }).click();
    await page.getByText("Copied.").waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(link, /#1\.[\w-]+$/);
    assert.deepEqual(server.requests, []);
    await context.setOffline(false);
    page = await open(new URL(link).hash);
    assert.equal(await page.locator("[data-flag]").count(), 2);
  });

  it("takes dropped files, whichever they are", async () => {
    await dropBoth();
    await flag("prices").waitFor();
    assert.equal(await page.locator(".presets label").count(), 2);
    await serves("discount", "none");
    await page.getByRole("radio", { name: "bob" }).check();
    await serves("discount", "ten");
    await drop({ "users.jsonl": CONTEXTS.map(each => JSON.stringify(each)).join("\n") });
    assert.equal(await page.locator("[data-flag]").count(), 2);
  });

  it("suggests the smallest change, and evaluates it", async () => {
    await dropBoth();
    await unfold("discount");
    const way = (/** @type {number} */ index) =>
      flag("discount").locator(`.others [data-variation="${index}"]`);
    assert.match(await way(1).innerText(), /Change user\.plan from "free" to "pro"\./);
    assert.match(await way(1).innerText(), /Rule 1 matches and serves "ten"/);
    assert.equal(await way(2).getAttribute("data-status"), "unreachable");
    await way(1).getByRole("button", { name: "Add this visitor" }).click();
    await page.getByRole("radio", { name: "ada, changed" }).waitFor();
    await serves("discount", "ten");
  });

  it("finds a way to each variation of the example for each of its visitors", async () => {
    const counts = { found: 0, unreachable: 0, "not-found": 0 };
    for (const visitor of (await page.locator(".presets input").all()).slice(0, 3)) {
      await visitor.check({ force: true });
      for (const row of await page.locator("[data-flag]").all()) {
        await row.locator("h3 button").click();
        await row.locator(".detail").first().waitFor();
        for (const way of await row.locator(".others [data-status]").all()) {
          const status = /** @type {keyof typeof counts} */ (await way.getAttribute("data-status"));
          counts[status]++;
        }
        assert.doesNotMatch(await row.innerText(), /undefined|NaN|\[object|`/);
        await row.locator("h3 button").click();
      }
    }
    assert.ok(counts.found > 40, JSON.stringify(counts));
    assert.equal(counts["not-found"], 0);
  });

  it("edits by form, and counts whose answers change", async () => {
    await dropBoth();
    await unfold("discount");
    await flag("prices").getByRole("switch").click();
    const refused = flag("prices").getByRole("alert");
    assert.match(await refused.innerText(), /discount/);
    await refused.getByRole("button", { name: "Turn it off nevertheless" }).click();
    await flag("discount").getByText("It needs prices").first().waitFor();
    await flag("prices").getByRole("switch").click();
    await flag("prices").locator("[aria-checked=true]").waitFor();

    const form = flag("discount").locator(".flag-form");
    await form.getByLabel("The variation to roll out").selectOption({ label: '"twenty"' });
    await form.getByLabel("Percent of the others").fill("100");
    await form.getByRole("button", { name: "Roll out" }).click();
    await serves("discount", "twenty");
    await form.getByLabel("The variation for the key").selectOption({ label: '"ten"' });
    await form.getByRole("button", { name: "Target" }).click();
    await serves("discount", "ten");
    await form.getByLabel("Percent of the others").fill("half");
    await form.getByRole("button", { name: "Roll out" }).click();
    assert.match(await form.getByRole("alert").innerText(), /percent/);

    await page.getByLabel("New flag").fill("made-here");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await flag("made-here").waitFor();
    await page.locator(".impact[data-flags='2']").waitFor();
    await page.getByLabel("Group by").fill("plan");
    await page.getByRole("button", { name: "Copy as Markdown" }).click();
    await page.locator(".impact").getByText("Copied.").waitFor();
    const markdown = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(markdown, /#### Flag `discount`: 1 of 2 contexts/);
    const kept = await keptDocument(text => text.includes("made-here"));
    assert.deepEqual(kept.flags.discount.targets, [{ variation: 1, values: ["ada"] }]);

    await unfold("made-here");
    await flag("made-here").getByRole("button", { name: "Remove the flag" }).click();
    await flag("made-here").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Compare from here" }).click();
    await page.getByText("The document is the one that you opened.").waitFor();
  });

  it("shows the document for a visitor beside the full one", async () => {
    await dropBoth();
    await page.getByRole("switch", { name: "Show it beside the full document" }).click();
    const comparison = page.locator(".comparison");
    const { full, client, hidden } = await comparison.evaluate(element => ({
      .../** @type {HTMLElement} */ (element).dataset,
    }));
    assert.ok(Number(client) < Number(full));
    assert.ok(Number(hidden) >= 2);
    assert.doesNotMatch(
      await page.getByRole("textbox", { name: "For this visitor" }).inputValue(),
      /team-that-is-hidden/,
    );
    assert.match(
      await page.getByRole("textbox", { name: "The full document" }).inputValue(),
      /team-that-is-hidden/,
    );
  });

  it("refuses 20 MB as a whole", async () => {
    await dropBoth();
    const kept = await keptDocument(text => text.includes("prices"));
    const text = `{"flags": {}, "pad": "${"x".repeat(20 * 1024 * 1024)}"}`;
    await paste(text);
    assert.match(await problem(), /The text is 20\.0 MB; this page takes 4\.0 MB\. Nothing was changed\./);
    await page.getByRole("button", { name: "Dismiss" }).click();
    await drop({ "large.json": text });
    assert.match(await problem(), /The text is 20\.0 MB/);
    assert.equal(await page.locator("[data-flag]").count(), 2);
    assert.deepEqual(await keptDocument(() => true), kept);
  });

  it("keeps in the tab what is too large for an address", async () => {
    const random = Array.from({ length: 9000 }, () => Math.random().toString(36)).join(" ");
    await paste(JSON.stringify({ ...DOCUMENT, pad: random }));
    await page.locator("[data-kept=tab]").waitFor();
    assert.equal(await page.evaluate("location.hash"), "#tab");
    await context.setOffline(false);
    await page.reload();
    await flag("prices").waitFor();
    const other = await open("#tab");
    assert.match(await other.locator(".page-problem").innerText(), /was kept in another tab/);
  });

  it("names a link that was cut short or forged, and writes nothing", async () => {
    await dropBoth();
    await keptDocument(text => text.includes("prices"));
    const hash = /** @type {string} */ (await page.evaluate("location.hash"));
    const bomb = await page.evaluate(async () => {
      const zeros = new Blob([new Uint8Array(40 * 1024 * 1024)]);
      const stream = zeros.stream().pipeThrough(new CompressionStream("gzip"));
      const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
      let text = "";
      for (const byte of bytes) text += String.fromCharCode(byte);
      return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
    });
    const cuts = [1, 2, 5, 40, Math.floor(hash.length / 2), hash.length - 4].map(cut => hash.slice(0, -cut));
    for (const broken of [...cuts, "#1.", "#1.<script>", "#1.AAAA", `#1.${bomb}`]) {
      await page.evaluate(broken => {
        location.hash = broken;
      }, broken);
      await page.locator(".page-problem").waitFor();
      assert.match(await problem(), /The link was not loaded: .*Nothing was changed\./, broken.slice(0, 40));
      assert.equal(
        await page.evaluate("location.hash.slice(0, 40)"),
        broken.slice(0, 40).replace("<script>", "%3Cscript%3E"),
      );
      assert.equal(await page.locator("[data-flag]").count(), 2);
      await page.getByRole("button", { name: "Dismiss" }).click();
    }
    await context.setOffline(false);
    page = await open(hash.slice(0, -9));
    assert.match(
      await problem(),
      /The link was not loaded: it is incomplete\. This is the example instead\./,
    );
  });

  it("names a malformed document and malformed contexts, and keeps the last valid ones", async () => {
    await dropBoth();
    await keptDocument(text => text.includes("prices"));
    const hash = await page.evaluate("location.hash");
    for (const [text, expected] of [
      ["oops", /not JSON/],
      ["[1]", /./],
      ['{"flags": []}', /./],
      [`{"flags": ${"[".repeat(300)}`, /./],
      ['{"flags": {"a": {"on": "yes"}}', /not JSON/],
    ]) {
      await paste(/** @type {string} */ (text));
      const alert = page.locator(".document [role=alert]");
      await alert.waitFor();
      assert.match(await alert.innerText(), /This is not a document: .*The last valid one is evaluated\./s);
      assert.match(await alert.innerText(), /** @type {RegExp} */ (expected));
      assert.equal(await page.locator("[data-flag]").count(), 2);
      assert.ok(await flag("prices").getByRole("switch").isDisabled());
    }
    await drop({ "broken.json": '{"flags": ' });
    assert.match(await problem(), /`?broken\.json`? is not JSON: .*Nothing was changed\./);
    await drop({ "image.png": "\ud800" });
    assert.match(await problem(), /Nothing was changed\./);
    await page.waitForTimeout(600);
    assert.equal(await page.evaluate("location.hash"), hash);
    // A malformed flag is a diagnostic.
    await paste(
      '{"flags": {"bad": {"on": "yes"}, "good": {"on": false, "variations": [1], "offVariation": 0}}}',
    );
    await page.locator(".document .warnings").getByText("flags.bad.on").first().waitFor();
    await serves("good", "1");
  });

  it("runs no script of a document, whatever its strings are", async () => {
    const script = `<img src=x onerror="document.title='ran'"><script>document.title='ran'</script>\`'"`;
    const hostile = {
      meta: { version: 1, note: script },
      flags: {
        [script]: {
          key: script,
          version: 1,
          on: true,
          salt: script,
          description: script,
          clientSideAvailability: { usingEnvironmentId: true },
          variations: [script, { [script]: script }],
          rules: [
            {
              id: script,
              variation: 1,
              clauses: [
                { attribute: script, op: "in", values: [script] },
                { op: "segmentMatch", values: [script] },
              ],
            },
          ],
          fallthrough: { rollout: { variations: [{ variation: 0, weight: 100000 }], bucketBy: script } },
        },
      },
      segments: { [script]: { key: script, rules: [{ id: script, clauses: [] }] } },
    };
    const people = [
      { name: script, context: { kind: "user", key: script, [script]: "other", name: script } },
    ];
    await drop({
      [`${script.slice(0, 10)}.json`]: JSON.stringify(hostile),
      "c.json": JSON.stringify(people),
    });
    const row = page.locator("[data-flag]").first();
    await row.getByRole("heading", { name: script }).waitFor();
    await row.locator("h3 button").click();
    await row
      .locator(".others [data-status=found]")
      .getByRole("button", { name: "Add this visitor" })
      .click();
    await page.getByRole("switch", { name: "Show it beside the full document" }).click();
    await page.getByText("The hidden strings").click();
    await row.getByRole("switch").click();
    await page.locator(".impact[data-flags='1']").waitFor();
    await paste(script);
    await page.locator(".document [role=alert]").waitFor();
    await drop({ [script]: script });
    await page.locator(".page-problem").waitFor();
    assert.match(await page.title(), /your document/);
    assert.equal(await page.locator("#root img, #root script").count(), 0);
  });

  it("is worked by keyboard alone", async () => {
    await dropBoth();
    await flag("discount").locator("h3 button").focus();
    await page.keyboard.press("Enter");
    const add = flag("discount").getByRole("button", { name: "Add this visitor" });
    for (let presses = 0; presses < 40; presses++) {
      await page.keyboard.press("Tab");
      if (await add.evaluate(element => element === document.activeElement)) break;
    }
    await page.keyboard.press("Space");
    await page.getByRole("radio", { name: "ada, changed" }).waitFor();
    // Tab leaves the editor.
    await documentEditor().focus();
    await page.keyboard.press("Tab");
    assert.notEqual(await page.evaluate("document.activeElement.ariaLabel"), "The flag document as JSON");
  });

  for (const screen of SCREENS) {
    const { viewport, colorScheme } = screen;
    it(`is accessible and fits ${viewport.width} pixels, ${colorScheme}`, async () => {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await faultsOf(page, axeCore.source), []);
      await page.locator('[data-flag="checkout-v2"] h3 button').click();
      await page.getByRole("switch", { name: "Show it beside the full document" }).click();
      await page.getByText("The hidden strings").click();
      await page.getByLabel("New flag").fill("added");
      await page.getByRole("button", { name: "Add", exact: true }).click();
      await page.locator(".impact[data-flags='1']").waitFor();
      await page.locator('[data-flag="payment-provider"]').getByRole("switch").click();
      await page.getByText("Contexts as JSON").click();
      await drop({ "broken.json": "{" });
      await page.locator(".page-problem").waitFor();
      assert.deepEqual(await faultsOf(page, axeCore.source), []);
    });
  }
});
