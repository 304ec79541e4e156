import * as isoflag from "../../dist/node.js";
import { judgeRandomValues } from "./random.js";

judgeRandomValues(isoflag, isoflag);
