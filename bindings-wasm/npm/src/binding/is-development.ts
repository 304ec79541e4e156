/**
 * Whether the application runs in development. Bundlers replace the expression; Deno throws if the program may not read
 * the environment.
 */
export function isDevelopment(): boolean {
  try {
    return process.env["NODE_ENV"] !== "production";
  } catch {
    return false;
  }
}
