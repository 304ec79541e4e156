/**
 * `isoflag/activity`: counts of evaluations by flag, document and variation. Nothing is counted unless an application
 * creates an {@link Activity} and passes it on; nothing is sent automatically. A {@link ParityReporter} reports answers to
 * the back end, which compares them with its own; {@link Exposures} reports who took part in an experiment.
 */

export * from "./sdk/activity.js";
export * from "./sdk/exposures.js";
export { sampled } from "./sdk/observation.js";
export * from "./sdk/parity.js";
