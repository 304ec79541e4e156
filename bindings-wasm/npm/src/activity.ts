/**
 * `isoflag/activity`: counts of evaluations by flag, document and variation. Nothing is counted unless an application
 * creates an {@link Activity} and passes it on; nothing is sent automatically.
 */

export * from "./sdk/activity.js";
