/** Tests the responses of the shop's server and Lambda function to invalid requests. */
import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, describe, it } from "node:test";
import { serve } from "./shop.js";

describe("the shop's server", () => {
  /** @type {Awaited<ReturnType<typeof serve>>} */
  let server;
  before(async () => {
    server = await serve();
  });
  after(() => server.stop());

  /**
   * Sends a request whose path and `Host` are not normalized, unlike `fetch`.
   * @param {{ method?: string, path: string, headers?: Record<string, string>, body?: string }} request
   * @returns {Promise<{ status: number | undefined, text: string }>}
   */
  const send = ({ method = "GET", path, headers = {}, body = "" }) =>
    new Promise((resolve, reject) => {
      const sent = request(server.address, { method, path, headers }, async response => {
        let text = "";
        for await (const chunk of response) text += chunk;
        resolve({ status: response.statusCode, text });
      });
      sent.on("error", reject);
      sent.end(body);
    });

  for (const [body, message] of [
    ["", /not valid JSON/],
    ["[", /not valid JSON/],
    ["[]", /send `\{"context"/],
    ['{"context": 7}', /send `\{"context"/],
    ['{"context": {"kind": "user", "key": "a"}, "bigSegments": 7}', /bigSegments|big_segments|big segments/],
  ]) {
    it(`answers 400 to the question ${JSON.stringify(body)}`, async () => {
      const { status, text } = await send({ method: "POST", path: "/lambda/decide", body: String(body) });
      assert.equal(status, 400);
      assert.match(JSON.parse(text).error, /** @type {RegExp} */ (message));
    });
  }

  it("decides with the default for an invalid context", async () => {
    const body = '{"context": {"kind": "user", "key": ""}}';
    const { status, text } = await send({ method: "POST", path: "/lambda/decide", body });
    assert.equal(status, 200);
    for (const explanation of Object.values(JSON.parse(text).explanations)) {
      assert.equal(JSON.parse(explanation).answer.reason.errorKind, "USER_NOT_SPECIFIED");
    }
  });

  it("answers 404 to another path of the function", async () => {
    assert.equal((await send({ path: "/lambda/decide" })).status, 404);
    assert.equal((await send({ method: "POST", path: "/lambda/" })).status, 404);
  });

  it("publishes nothing that does not load", async () => {
    const { text } = await send({ path: "/document" });
    for (const body of ["", "{", '{"flags": []}', "\u0000"]) {
      assert.equal((await send({ method: "PUT", path: "/document", body })).status, 422);
    }
    assert.equal((await send({ path: "/document" })).text, text);
  });

  it("serves no file beside the page", async () => {
    for (const path of [
      "/../package.json",
      "/%2e%2e/%2e%2e/serve.py",
      "/..%2f..%2fserve.py",
      "//etc/passwd",
      "/%00",
    ]) {
      assert.equal((await send({ path })).status, 404, path);
    }
  });

  it("answers a page of another site that calls itself by another name with 421", async () => {
    assert.equal((await send({ path: "/document", headers: { host: "evil.example" } })).status, 421);
  });
});
