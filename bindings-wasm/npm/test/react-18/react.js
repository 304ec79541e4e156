// React 18, with `act`, which its first releases have elsewhere.

// @ts-expect-error: the types are those of a script.
export * from "react";
export { default } from "react";
export { act } from "react-dom/test-utils";
