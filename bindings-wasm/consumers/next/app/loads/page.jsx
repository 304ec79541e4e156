import { Flags } from "isoflag";
import { connection } from "next/server";
import document from "../../public/flags.json";
import { PEOPLE } from "../people.js";
import { Providers } from "./providers.jsx";

const flags = Flags.fromObject(document);

export default async function Page() {
  await connection();
  const [person] = PEOPLE;
  return <Providers person={person} bootstrap={{ ...flags.allFlagsState(person) }} />;
}
