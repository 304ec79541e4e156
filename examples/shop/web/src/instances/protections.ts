/** Describes the changes and protections. */
import type { Change } from "./fleet-api";
import type { Protection } from "./fleet-run";

export const CHANGES: readonly (readonly [Change, string])[] = [
  ["on", "OFF to ON"],
  ["form", "Another form"],
  ["rollback", "Rolled back"],
  ["alarm", "Alarm"],
  ["off", "Kill switch"],
  ["phase-out", "Phased out"],
];

export const PROTECTIONS: readonly (readonly [Protection, string])[] = [
  ["none", "None"],
  ["gate", "Gate"],
  ["pin", "Pin"],
];

/** Describes each change in one sentence. */
export const WHAT: Readonly<Record<Change, string>> = {
  on: "`express-checkout` is switched on, for everybody.",
  form: "`express-checkout` is on throughout; `express-form` goes from two steps to one page.",
  rollback: "`express-form` goes to one page, and six minutes later back to two steps.",
  alarm:
    "`express-form` goes to one page; sixteen minutes later an alarm has AppConfig serve the first document again, byte for byte.",
  off: "`express-checkout` is switched off, for everybody, immediately.",
  "phase-out":
    "`express-checkout` is switched off with `offWaitsForPins`: journeys that began with a pin may end.",
};

export const BUYS: Readonly<Record<Protection, { readonly buys: string; readonly costs: string }>> = {
  none: {
    buys: "Nothing to build: a page begins a journey as soon as its instance has the feature on.",
    costs:
      "A journey that ends at an instance that has not noticed yet is lost with the form that was filled in.",
  },
  gate: {
    buys: "No journey begins before each instance that polls has noticed that the feature is on: `requireConsistent` waits for `isBackendConsistent`.",
    costs:
      "Everybody waits for one time to live. It does not help when a form changes or the feature is switched off: an instance that has not polled reports that all is well.",
  },
  pin: {
    buys: "A journey ends with the document with which it began, named in `Isoflag-Document`; nobody waits, and another form or a rollback breaks nothing.",
    costs:
      "Earlier documents are kept, an instance may have to poll first, and answers `409` if the document is not available. The kill switch wins over every pin.",
  },
};

/** Describes the response status of a broken journey. */
export const STATUS: Readonly<Record<string, string>> = {
  409: "document not held",
  422: "another form there",
  503: "off there",
};
