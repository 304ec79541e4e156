import { Flags } from "../../../../bindings-wasm/npm/dist/node.js";
import { end } from "./peak.mjs";

const flags = Flags.fromJson(
  '{"flags":{"a":{"key":"a","version":1,"on":true,"variations":[true,false],"fallthrough":{"variation":0}}}}',
);
if (flags.boolVariation("a", { kind: "user", key: "anna" }, false) !== true) {
  throw new Error("the first answer is wrong");
}
end();
