/** Writes a consumer's project below `target/consumers/` and installs its packages and the packed package there. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { DOCUMENT } from "./application.js";
import { CONSUMERS } from "./consumers.js";

const at = path => fileURLToPath(new URL(path, import.meta.url));
const QUIET = ["--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts"];
const LOCKS = at("locks.json");

const execute = promisify(execFile);
const hashOf = bytes => createHash("sha256").update(bytes).digest("hex");

/** The folder of a consumer's project, with a slash at its end. */
export const folderOf = name => at(`../../target/consumers/${name}/`);

/** Packs what `npm publish` would; returns the file and the folder to remove afterwards. */
export async function pack() {
  const folder = await mkdtemp(join(tmpdir(), "isoflag-packed-"));
  const { stdout } = await execute("npm", ["pack", "--json", "--pack-destination", folder], {
    cwd: at("../npm"),
  });
  const [{ filename, size, version }] = Object.values(JSON.parse(stdout));
  const file = join(folder, filename);
  return { file, folder, size, version, hash: hashOf(await readFile(file)) };
}

/** The two files that npm installs from: the exact versions and what they resolve to. */
function manifestOf(name, locked) {
  const { packages: dependencies = {}, overrides } = CONSUMERS[name];
  const manifest = { name: `isoflag-consumer-${name}`, version: "0.1.0", private: true, type: "module" };
  const lock = { name: manifest.name, version: manifest.version, lockfileVersion: 3, requires: true };
  const root = { name: manifest.name, version: manifest.version, dependencies };
  return {
    "package.json": JSON.stringify({ ...manifest, dependencies, overrides }),
    "package-lock.json": JSON.stringify({ ...lock, packages: { "": root, ...locked } }),
  };
}

/** Writes the project's sources, and removes what an earlier run left beside `node_modules`. */
async function write(name, manifest) {
  const folder = folderOf(name);
  await mkdir(folder, { recursive: true });
  for (const entry of await readdir(folder)) {
    if (entry !== "node_modules") await rm(join(folder, entry), { recursive: true });
  }
  await cp(at(`projects/${name}`), folder, { recursive: true }).catch(error => {
    if (error.code !== "ENOENT") throw error;
  });
  const files = {
    ...manifest,
    ...CONSUMERS[name].files,
    "application.js": await readFile(at("application.js")),
    "public/flags.json": JSON.stringify(DOCUMENT),
    "check.test.js": `import { check } from "../../../bindings-wasm/consumers/check.js";
check("${name}", name => import(name));
`,
  };
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}

const npm = (cwd, ...options) =>
  execute("npm", [...options, ...QUIET], { cwd, timeout: 300_000 }).catch(error => {
    const message = error.stderr.split("\n").slice(0, 8).join("\n");
    throw new Error(`npm ${options.join(" ")} failed in ${cwd}:\n${message}`);
  });

/** Writes and installs a project; skips the installation if neither its packages nor the tarball have changed. */
export async function install(name, tarball) {
  const locks = JSON.parse(await readFile(LOCKS, "utf8"));
  const manifest = manifestOf(name, locks[name]);
  const folder = await write(name, manifest);
  const stamp = join(folder, "node_modules", ".installed.json");
  const installed = await readFile(stamp, "utf8").then(JSON.parse, () => ({}));
  const lock = hashOf(JSON.stringify(manifest));
  if (installed.lock !== lock) await npm(folder, "ci");
  if (installed.lock !== lock || installed.tarball !== tarball.hash) {
    await rm(join(folder, "node_modules", "isoflag"), { recursive: true, force: true });
    await npm(folder, "install", "--no-save", tarball.file);
  }
  await mkdir(join(folder, "node_modules"), { recursive: true });
  await writeFile(stamp, JSON.stringify({ lock, tarball: tarball.hash }));
}

/** Resolves a consumer's packages again and writes them to `locks.json`, one line each and without URLs. */
export async function lock(name) {
  const locks = JSON.parse(await readFile(LOCKS, "utf8"));
  const folder = await write(name, manifestOf(name, locks[name]));
  await npm(folder, "install", "--package-lock-only", "--omit-lockfile-registry-resolved");
  const { packages } = JSON.parse(await readFile(join(folder, "package-lock.json"), "utf8"));
  delete packages[""];
  const sections = Object.entries({ ...locks, [name]: packages })
    .filter(([, locked]) => Object.keys(locked).length > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([consumer, locked]) => {
      const lines = Object.entries(locked).map(
        ([path, entry]) => `    ${JSON.stringify(path)}: ${JSON.stringify(entry)}`,
      );
      return `  ${JSON.stringify(consumer)}: {\n${lines.join(",\n")}\n  }`;
    });
  await writeFile(LOCKS, `{\n${sections.join(",\n")}\n}\n`);
}
