/** The folders of the vectors and of the answers. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const CONFORMANCE = fileURLToPath(new URL("../..", import.meta.url));
export const VECTORS = join(CONFORMANCE, "vectors");
export const VENDOR_VECTORS = fileURLToPath(new URL("../../../../shared/vectors", import.meta.url));

/** Returns the JSON files of a folder, with their names; empty if the folder does not exist. */
export function readJsonFiles(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter(name => name.endsWith(".json"))
    .sort()
    .map(name => ({ name, content: JSON.parse(readFileSync(join(folder, name), "utf8")) }));
}

/** Writes a host's answers and prints their SHA-256. */
export function writeAnswers(host, lines) {
  mkdirSync(join(CONFORMANCE, "answers"), { recursive: true });
  writeFileSync(join(CONFORMANCE, "answers", `${host}.jsonl`), lines);
  const count = lines.split("\n").length - 1;
  const digest = createHash("sha256").update(lines).digest("hex");
  return `${host}: ${count} answers, SHA-256 ${digest}`;
}
