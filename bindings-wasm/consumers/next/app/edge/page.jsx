import { Flags } from "isoflag";
import document from "../../public/flags.json";
import { PEOPLE } from "../people.js";

export const runtime = "edge";

const flags = Flags.fromObject(document);

export default function Page() {
  return <p>{PEOPLE.map(person => flags.stringVariation("greeting", person, "none")).join(" and ")}</p>;
}
