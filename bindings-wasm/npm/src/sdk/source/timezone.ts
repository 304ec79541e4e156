/** The check of a time zone's name, without the code that uses the zone. */

import { printable } from "../../binding/printable.js";

/** The time zone is unknown. */
export class TimezoneError extends RangeError {
  /** Identifies the error, also across copies of the package. */
  override readonly name = "TimezoneError";
}

/** @throws {TimezoneError} if the host runtime does not know the time zone */
export function checkTimezone(timeZone: string): void {
  try {
    new Intl.DateTimeFormat("en", { timeZone });
  } catch (cause) {
    const message = `unknown time zone \`${timeZone}\`: use a name such as \`Europe/Berlin\``;
    throw new TimezoneError(printable(message), { cause });
  }
}
