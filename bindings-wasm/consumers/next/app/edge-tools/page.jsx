import { Flags } from "isoflag/tools";
import document from "../../public/flags.json";
import { PEOPLE } from "../people.js";

export const runtime = "edge";

const flags = Flags.fromObject(document);

export default function Page() {
  return PEOPLE.map(person => <p key={person.key}>{String(flags.explain("greeting", person))}</p>);
}
