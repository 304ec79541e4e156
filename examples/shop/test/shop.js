/** Serves the shop for a test, with its own Lambda function. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** @param {string} path */
const at = path => fileURLToPath(new URL(path, import.meta.url));

/** Starts it on a free port; returns its address and a function that stops it. */
export async function serve() {
  const server = spawn(at("../../../.venv/bin/python"), [at("../serve.py"), "--ttl", "0.2"], {
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
