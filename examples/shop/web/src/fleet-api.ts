/** Asks a fleet of instances that the shop's server runs; `instances.py` says what it is. */
import { Flags } from "isoflag/tools";
import type { Json } from "./explanation";

/**
 * What is published: the feature on, another form of it, that and back again, that until an alarm has the first document
 * served again, the feature off, or off for new journeys.
 */
export type Change = "on" | "form" | "rollback" | "alarm" | "off" | "phase-out";

export const JOURNEY = "express-checkout";
export const FORM = "express-form";

export interface InstanceState {
  readonly digest: string;
  readonly version: number;
  readonly isOn: boolean;
  readonly form: string;
  /** When it has polled last. */
  readonly polledMs: number;
  /** When it took an earlier document in place of a later one, if it holds such a one. */
  readonly steppedBackMs: number | null;
}

export interface FleetState {
  readonly nowMs: number;
  /** The digest of what is published. */
  readonly newest: string;
  readonly instances: readonly InstanceState[];
}

export interface FleetStart extends FleetState {
  readonly ttlSeconds: number;
  readonly pollTimeoutMs: number;
  readonly fromMs: number;
  readonly untilMs: number;
  /** When documents are published. */
  readonly publishedMs: readonly number[];
}

/** The plain body of `/config`. */
export interface Config {
  readonly isExpressCheckout: boolean;
  readonly expressForm: string;
  readonly isBackendConsistent: { readonly isExpressCheckout: boolean; readonly expressForm: boolean };
}

/** What `replay` found in a claim: `true`, or the name of the error and the first step that differs. */
export interface Replayed {
  readonly code: string;
  readonly path?: string;
  readonly claimed?: Json;
  readonly found?: Json;
}

/** What an instance says of a page's claim. */
export interface Check {
  /** The receipt of its own decision. */
  readonly receipt: string;
  /** The claim as it is. */
  readonly asSent: Replayed;
  /** The claim, as if it were about the instance's document. */
  readonly byOurDocument: Replayed;
}

export interface Answer {
  readonly status: number;
  /** Why it was not taken. */
  readonly error: string | undefined;
}

async function send(path: string, method: string, body?: object, headers?: Record<string, string>) {
  return fetch(path, { method, ...(headers && { headers }), ...(body && { body: JSON.stringify(body) }) });
}

async function read<T>(response: Response): Promise<T> {
  const body = await response.json();
  if (!response.ok) throw new Error(body.error ?? `status ${response.status}`);
  return body as T;
}

/** A fleet, asked over HTTP. Instances have numbers from 1. */
export class Fleet {
  readonly #path: string;
  readonly start: FleetStart;

  private constructor(path: string, start: FleetStart) {
    this.#path = path;
    this.start = start;
  }

  static async of(change: Change, seed: number, keepsAll: boolean): Promise<Fleet> {
    const start = await read<FleetStart & { readonly fleet: string }>(
      await send("/fleets", "POST", { change, seed, keepsAll }),
    );
    return new Fleet(`/fleets/${start.fleet}`, start);
  }

  /** Moves the clock. */
  async move(toMs: number): Promise<FleetState> {
    return read<FleetState>(await send(`${this.#path}/clock`, "PUT", { toMs }));
  }

  /** What an instance tells a page, and the digest of the document that it goes by. */
  async config(instance: number, visitor: string): Promise<{ body: Config; digest: string }> {
    const response = await send(this.#at(instance, "config", visitor), "GET");
    const digest = response.headers.get("Isoflag-Document") ?? "";
    return { body: await read<Config>(response), digest };
  }

  /** Where an open page fetches what is published now. */
  get documentUrl(): string {
    return `${this.#path}/document`;
  }

  /** A published document. */
  async document(digest: string): Promise<Flags> {
    const response = await send(`${this.#path}/documents/${digest}`, "GET");
    if (!response.ok) throw new Error(`the document ${digest}: status ${response.status}`);
    return Flags.fromJson(await response.text());
  }

  /** Ends a journey. */
  async submit(
    instance: number,
    visitor: string,
    form: string,
    headers: Record<string, string>,
  ): Promise<Answer> {
    const response = await send(this.#at(instance, "submit", visitor), "POST", { form }, headers);
    const { error } = (await response.json()) as { error?: string };
    return { status: response.status, error };
  }

  /** Has an instance check what the page has decided. */
  async check(instance: number, visitor: string, receipt: string): Promise<Check> {
    return read<Check>(await send(this.#at(instance, "check", visitor), "POST", { receipt }));
  }

  #at(instance: number, endpoint: string, visitor: string): string {
    return `${this.#path}/instances/${instance}/${endpoint}?visitor=${encodeURIComponent(visitor)}`;
  }
}
