/** The page that is loaded many times on a slow processor. */
import { Flags } from "isoflag";
import { connection } from "next/server";
import { DOCUMENT, PEOPLE } from "../../application.js";
import { Providers } from "./providers.jsx";

const flags = Flags.fromObject(DOCUMENT);

export default async function Page() {
  await connection();
  const [person] = PEOPLE;
  return <Providers person={person} bootstrap={{ ...flags.allFlagsState(person) }} />;
}
