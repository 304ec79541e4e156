/** Answers every case with `tools.wasm`, for a thread that runs `core.wasm`. */
import { parentPort } from "node:worker_threads";
import * as isoflag from "isoflag";
import { casesOf, run } from "./answers.js";
import { readJsonFiles, VECTORS } from "./files.js";

parentPort.postMessage(
  run(
    isoflag,
    readJsonFiles(VECTORS).flatMap(({ content }) => casesOf(content)),
  ).answers,
);
