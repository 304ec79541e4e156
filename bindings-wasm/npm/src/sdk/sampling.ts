/** Passes on a share of the evaluations. */

import { printable } from "../binding/printable.js";
import type { Observer } from "./observation.js";

/**
 * Returns an observer that passes on a share of the evaluations: `onEvaluation={sampled(report, 0.01)}`.
 *
 * @param sampling the share, from 0 to 1
 * @param random returns a number from 0 to below 1
 * @throws {RangeError} if the share is not a number from 0 to 1
 */
export function sampled(observer: Observer, sampling: number, random = Math.random): Observer {
  if (!(sampling >= 0 && sampling <= 1)) {
    throw new RangeError(
      `invalid \`sampling\` \`${printable(String(sampling))}\`: expected a share from 0 to 1`,
    );
  }
  return evaluation => {
    if (random() < sampling) observer(evaluation);
  };
}
