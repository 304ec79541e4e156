#!/usr/bin/env node
/** Runs without the CLI's package: prints its name, because an application does not need it. */

process.stderr.write(
  "error: the command-line tool is the package `isoflag-cli`: run `npx isoflag-cli`, or add it with `npm install --save-dev isoflag-cli`\n",
);
process.exitCode = 2;
