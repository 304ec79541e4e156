import { clientOf } from "../launchdarkly.mjs";
import { end } from "./peak.mjs";

const client = await clientOf(
  '{"flags":{"a":{"key":"a","version":1,"on":true,"variations":[true,false],"fallthrough":{"variation":0}}},"segments":{}}',
);
if ((await client.boolVariation("a", { kind: "user", key: "anna" }, false)) !== true) {
  throw new Error("the first answer is wrong");
}
end();
