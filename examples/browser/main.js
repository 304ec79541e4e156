import { Flags, ready } from "isoflag";

const form = document.querySelector("form");
const status = document.querySelector("[role=status]");

try {
  const [response] = await Promise.all([fetch("flags.json"), ready()]);
  const flags = Flags.fromJson(await response.text());

  const show = () => {
    const { key, country } = Object.fromEntries(new FormData(form));
    const person = { kind: "user", key, country };
    const checkout = flags.boolVariationDetail("one-step-checkout", person, false);
    document.querySelector("#greeting").textContent = flags.stringVariation("greeting", person, "Welcome");
    document.querySelector("#checkout").hidden = !checkout.value;
    status.textContent = `one-step-checkout: ${checkout.value}, because ${checkout.reason.kind}`;
  };
  form.addEventListener("input", show);
  show();
} catch (error) {
  // The page works without flags, and shows the error: its message names the remedy.
  status.textContent = String(error);
}
