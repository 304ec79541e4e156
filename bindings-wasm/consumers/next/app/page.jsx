import { Flags } from "isoflag";
import { connection } from "next/server";
import document from "../public/flags.json";
import { Greeting } from "./greeting.jsx";
import { PEOPLE } from "./people.js";

const flags = Flags.fromObject(document);

export default async function Page() {
  // At the request, not when it is built.
  await connection();
  return PEOPLE.map(person => (
    <section key={person.key}>
      <p>{flags.stringVariation("greeting", person, "none")}, says the server</p>
      <Greeting person={person} bootstrap={{ ...flags.allFlagsState(person) }} />
    </section>
  ));
}
