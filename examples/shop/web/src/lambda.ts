/** Calls the Lambda function, through its function URL. */
import { useEffect, useState } from "react";
import { type Decision, type JsonObject, parseDecision } from "./explanation";

/** The delay before polling again while the two hosts have different documents, in milliseconds. */
const AGAIN = 600;

export interface LambdaReply {
  /** The request's text, so that the answer to an older request is not used for this one. */
  readonly question: string;
  readonly host: string;
  readonly digest: string;
  readonly version: number | null;
  /** Why the function could not load a newer document. */
  readonly problem: string | null;
  readonly decisions: ReadonlyMap<string, Decision>;
}

export interface LambdaState {
  /** The last answer to the current request. */
  readonly reply: LambdaReply | undefined;
  readonly error: string | undefined;
}

export function questionOf(context: JsonObject, bigSegments: JsonObject | undefined): string {
  return JSON.stringify({ context, bigSegments });
}

export async function askLambda(question: string, signal?: AbortSignal): Promise<LambdaReply> {
  const response = await fetch("/lambda/decide", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: question,
    ...(signal ? { signal } : {}),
  });
  const reply = await response.json();
  if (!response.ok) throw new Error(reply.error ?? `status ${response.status}`);
  const explanations = Object.entries(reply.explanations as Record<string, string>);
  return {
    question,
    host: reply.host,
    digest: reply.digest,
    version: reply.version,
    problem: reply.problem,
    decisions: new Map(explanations.map(([key, text]) => [key, parseDecision(text)])),
  };
}

/** Returns the function's answer to a request; polls again until it uses the document with this digest. */
export function useLambda(question: string, digest: string): LambdaState {
  const [state, setState] = useState<LambdaState>({ reply: undefined, error: undefined });
  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      let settled = false;
      try {
        const reply = await askLambda(question, stop.signal);
        settled = reply.digest === digest;
        if (!stop.signal.aborted) setState({ reply, error: undefined });
      } catch (error) {
        if (stop.signal.aborted) return;
        setState({ reply: undefined, error: error instanceof Error ? error.message : String(error) });
      }
      if (!settled && !stop.signal.aborted) timer = setTimeout(ask, AGAIN);
    };
    void ask();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [question, digest]);
  return state.reply?.question === question || state.error !== undefined
    ? state
    : { ...state, reply: undefined };
}
