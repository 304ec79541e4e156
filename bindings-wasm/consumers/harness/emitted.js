/** What a bundler wrote, told to the table through the test's diagnostics. */
import { readdir, readFile } from "node:fs/promises";
import { extname, join, relative } from "node:path";
import { gzipSync } from "node:zlib";

/** How the line of a diagnostic begins that lists files. */
export const EMITS = "emits ";

const SHOWN = [".js", ".mjs", ".wasm"];

/**
 * Tells the sizes of the scripts and modules below a folder, under the names that `name` gives (none: not told); gives
 * the files.
 */
export async function tellEmitted(test, folder, name = file => file) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter(entry => entry.isFile() && SHOWN.includes(extname(entry.name)))
    .map(entry => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
  const files = [];
  for (const path of paths) {
    const shown = name(relative(folder, path));
    if (shown === undefined) continue;
    // Hashes in names would change the table with every release.
    const file = shown
      .replace(/-[\w-]{8}(?=[-.])/g, "-*")
      .replace(/\.[\w-]{8,}(?=\.wasm$)/, ".*")
      .replace(/^[0-9a-f]{16,}/, "*");
    const content = await readFile(path);
    files.push({ file, bytes: content.length, zipped: gzipSync(content, { level: 9 }).length });
  }
  test.diagnostic(EMITS + JSON.stringify(files));
  return paths.map(path => relative(folder, path));
}
