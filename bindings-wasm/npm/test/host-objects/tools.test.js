import * as isoflag from "../../dist/node.js";
import { judgeRandomValues } from "./judge.js";

judgeRandomValues(isoflag, isoflag);
