/** Keeps a source that is created at deployment, and answers each request from the document at its parameter `of`. */
import { createSource } from "isoflag";
import { DOCUMENT, PEOPLE } from "./application.js";

const flags = address => createSource({ url: address, initial: DOCUMENT, intervalMs: 1000 });
const early = flags("http://127.0.0.1:9/flags.json");
let source;

export default {
  async fetch(request) {
    const [anna] = PEOPLE;
    const greeted = ({ snapshot }) => [
      snapshot.status,
      snapshot.flags?.stringVariation("greeting", anna, "none"),
    ];
    source ??= flags(new URL(request.url).searchParams.get("of"));
    await Promise.all([early.refresh(), source.refresh()]);
    return Response.json([greeted(early), greeted(source)]);
  },
};
