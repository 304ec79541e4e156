#!/usr/bin/env node
/** Names the package of the command-line tool, which an application does not need. */

process.stderr.write(
  "error: the command-line tool is the package `isoflag-cli`: run `npx isoflag-cli`, or add it with `npm install --save-dev isoflag-cli`\n",
);
process.exitCode = 2;
