/** Calls a fleet of instances that the shop's server runs; see `instances.py`. */
import { Flags } from "isoflag/tools";
import type { Json } from "../explanation";

/**
 * The published change: the feature on, another form of it, that and back again, that until an alarm triggers a
 * rollback to the first document, the feature off, or off for new journeys.
 */
export type Change = "on" | "form" | "rollback" | "alarm" | "off" | "phase-out";

export const JOURNEY = "express-checkout";
export const FORM = "express-form";

export interface InstanceState {
  readonly digest: string;
  readonly version: number;
  readonly isOn: boolean;
  readonly form: string;
  /** The time of its last poll. */
  readonly polledMs: number;
  /** When it replaced a later document by an earlier one, if it did. */
  readonly steppedBackMs: number | null;
}

export interface FleetState {
  readonly nowMs: number;
  /** The digest of the published document. */
  readonly newest: string;
  readonly instances: readonly InstanceState[];
}

export interface FleetStart extends FleetState {
  readonly ttlSeconds: number;
  readonly pollTimeoutMs: number;
  readonly fromMs: number;
  readonly untilMs: number;
  /** The times of publication. */
  readonly publishedMs: readonly number[];
}

/** The plain body of `/config`. */
export interface Config {
  readonly isExpressCheckout: boolean;
  readonly expressForm: string;
  readonly isBackendConsistent: { readonly isExpressCheckout: boolean; readonly expressForm: boolean };
}

/** The result of `replay` for a claim: `true`, or the name of the error and the first step that differs. */
export interface Replayed {
  readonly code: string;
  readonly path?: string;
  readonly claimed?: Json;
  readonly found?: Json;
}

/** An instance's check of a page's claim. */
export interface Check {
  /** The receipt of its own decision. */
  readonly receipt: string;
  /** The claim as sent. */
  readonly asSent: Replayed;
  /** The claim, evaluated with the instance's document. */
  readonly byOurDocument: Replayed;
}

export interface Answer {
  readonly status: number;
  /** Why it was not accepted. */
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

/** A client of a fleet over HTTP. Instances have numbers from 1. */
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

  /** An instance's configuration for a page, and the digest of the document that it uses. */
  async config(instance: number, visitor: string): Promise<{ body: Config; digest: string }> {
    const response = await send(this.#at(instance, "config", visitor), "GET");
    const digest = response.headers.get("Isoflag-Document") ?? "";
    return { body: await read<Config>(response), digest };
  }

  /** The URL from which an open page fetches the published document. */
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

  /** Makes an instance check the page's claim. */
  async check(instance: number, visitor: string, receipt: string): Promise<Check> {
    return read<Check>(await send(this.#at(instance, "check", visitor), "POST", { receipt }));
  }

  #at(instance: number, endpoint: string, visitor: string): string {
    return `${this.#path}/instances/${instance}/${endpoint}?visitor=${encodeURIComponent(visitor)}`;
  }
}
