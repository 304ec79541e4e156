/** Calls the Lambda function, through its function URL. */
import type { ParityReporter } from "isoflag/activity";
import { useEffect, useState } from "react";
import { type Decision, type JsonObject, parseDecision } from "./explanation";
import type { ParityCounts } from "./Verdict";

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
  readonly parity: ParityCounts;
  readonly decisions: ReadonlyMap<string, Decision>;
}

export interface LambdaState {
  /** The last answer to the current request. */
  readonly reply: LambdaReply | undefined;
  readonly error: string | undefined;
  /** The requests whose answers the function has compared with its own, by the last answer to any request. */
  readonly parity: ParityCounts | undefined;
}

export function questionOf(context: JsonObject, bigSegments: JsonObject | undefined): string {
  return JSON.stringify({ context, bigSegments });
}

export async function askLambda(
  question: string,
  parity?: ParityReporter,
  signal?: AbortSignal,
): Promise<LambdaReply> {
  const response = await fetch("/lambda/decide", {
    method: "POST",
    headers: { "Content-Type": "application/json", ...parity?.header() },
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
    parity: reply.parity,
    decisions: new Map(explanations.map(([key, text]) => [key, parseDecision(text)])),
  };
}

/**
 * Returns the function's answer to a request; polls again until it uses the document with this digest. Each request
 * reports the answers of the page.
 */
export function useLambda(question: string, digest: string, parity: ParityReporter): LambdaState {
  const [state, setState] = useState<Omit<LambdaState, "parity">>({ reply: undefined, error: undefined });
  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      let settled = false;
      try {
        const reply = await askLambda(question, parity, stop.signal);
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
  }, [question, digest, parity]);
  const isAnswered = state.reply?.question === question || state.error !== undefined;
  return { ...state, reply: isAnswered ? state.reply : undefined, parity: state.reply?.parity };
}
