/** Packs the package and installs it, beside a consumer's own packages, as from a registry. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const PACKAGE = fileURLToPath(new URL("../../npm", import.meta.url));
const QUIET = ["--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts"];

const run = promisify(execFile);
const hashOf = bytes => createHash("sha256").update(bytes).digest("hex");

/** Packs what `npm publish` would; gives the file and the folder to remove afterwards. */
export async function pack() {
  const folder = await mkdtemp(join(tmpdir(), "isoflag-packed-"));
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder], { cwd: PACKAGE });
  const [packed] = Object.values(JSON.parse(stdout));
  const file = join(folder, packed.filename);
  const { size, unpackedSize, version } = packed;
  return { file, folder, size, unpackedSize, version, hash: hashOf(await readFile(file)) };
}

/** Installs what the lock file says, and the tarball; does nothing where that is done. */
export async function install(folder, tarball) {
  const stamp = join(folder, "node_modules", ".installed.json");
  const lock = hashOf(await readFile(join(folder, "package-lock.json")));
  const known = await readFile(stamp, "utf8").then(JSON.parse, () => ({}));
  const npm = (...options) =>
    run("npm", [...options, ...QUIET], { cwd: folder, timeout: 300_000 }).catch(error => {
      const said = error.stderr.split("\n").slice(0, 8).join("\n");
      throw new Error(`npm ${options.join(" ")} in ${folder} fails:\n${said}`);
    });
  if (known.lock !== lock) await npm("ci");
  if (known.lock !== lock || known.tarball !== tarball.hash) {
    await rm(join(folder, "node_modules", "isoflag"), { recursive: true, force: true });
    await npm("install", "--no-save", tarball.file);
  }
  await mkdir(join(folder, "node_modules"), { recursive: true });
  await writeFile(stamp, JSON.stringify({ lock, tarball: tarball.hash }));
}
