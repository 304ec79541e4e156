/** Evaluates on the server and passes the answers on as the bootstrap. */
import { Flags } from "isoflag";
import { connection } from "next/server";
import { DOCUMENT, PEOPLE } from "../application.js";
import { Greeting } from "./greeting.jsx";

const flags = Flags.fromObject(DOCUMENT);

export default async function Page() {
  // Evaluates for each request, not when the page is built.
  await connection();
  return PEOPLE.map(person => (
    <section key={person.key}>
      <p>{flags.stringVariation("greeting", person, "none")}, says the server</p>
      <Greeting person={person} bootstrap={{ ...flags.allFlagsState(person) }} />
    </section>
  ));
}
