import { Context, Flags } from "isoflag";
import { ask } from "../harness/ask.js";

const answers = ask({ Context, Flags });

export default {
  fetch() {
    return Response.json([...answers, ...ask({ Context, Flags })]);
  },
};
