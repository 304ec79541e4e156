/** Calls the functions that an application passes, whose errors change nothing. */

/** Calls back; an error is reported as uncaught, if the host runtime supports that. */
export function callBack(call: () => void): void {
  try {
    call();
  } catch (thrown) {
    if (typeof globalThis.reportError === "function") globalThis.reportError(thrown);
    else console.error(thrown);
  }
}
