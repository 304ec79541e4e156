import { ask } from "../ask.js";

export const runtime = "edge";

export function GET() {
  return Response.json(ask());
}
