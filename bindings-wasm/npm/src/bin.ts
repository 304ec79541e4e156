#!/usr/bin/env node
/** The program: `npx isoflag types flags.json`. */

import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Flags } from "./node.js";

const USAGE = `Usage: isoflag types FILE [--lang typescript|python] [--out FILE]

Writes types for the flags of a document: their keys, and what each serves.
FILE may be - for standard input; without --out the types go to standard output.
`;

function types(file: string, language: string, out: string | undefined): void {
  const flags = Flags.fromJson(readFileSync(file === "-" ? 0 : file));
  const text = flags.typing(language as "typescript" | "python");
  if (out === undefined) process.stdout.write(text);
  else writeFileSync(out, text);
}

function main(): number {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        lang: { type: "string", default: "typescript" },
        out: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    const [command, file, ...rest] = positionals;
    if (values.help) {
      process.stdout.write(USAGE);
      return 0;
    }
    if (command !== "types" || file === undefined || rest.length > 0) {
      process.stderr.write(USAGE);
      return 2;
    }
    types(file, values.lang, values.out);
    return 0;
  } catch (error) {
    process.stderr.write(`isoflag: ${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
}

process.exitCode = main();
