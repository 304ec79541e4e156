import { connection } from "next/server";
import { ask } from "./ask.js";
import { Greeting } from "./greeting.jsx";

export default async function Page() {
  // At the request, not when it is built.
  await connection();
  return (
    <>
      <p id="server">{ask().join(" and ")}</p>
      <Greeting initial={ask()} />
    </>
  );
}
