"use client";

import { ready } from "isoflag";
import { useEffect, useState } from "react";
import { ask } from "./ask.js";

/** Rendered on the server and hydrated with the server's answers; asked again once isoflag is ready in the browser. */
export function Greeting({ initial }) {
  const [answers, setAnswers] = useState(initial);
  useEffect(() => {
    let mounted = true;
    ready().then(() => {
      const found = ask();
      globalThis.answer = found;
      if (mounted) setAnswers(found);
    });
    return () => {
      mounted = false;
    };
  }, []);
  return <p id="client">{answers.join(" and ")}</p>;
}
