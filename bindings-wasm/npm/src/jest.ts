/** Sets the globals that Jest's environment jsdom lacks, for the preset `isoflag`. */

import { TextDecoder, TextEncoder } from "node:util";

Object.assign(globalThis, { TextDecoder, TextEncoder });
