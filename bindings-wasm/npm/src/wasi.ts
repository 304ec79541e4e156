/**
 * The system that the program runs on: those calls of WASI preview 1 that it imports, answered by Node.
 *
 * Node's own `node:wasi` is experimental, says so on standard error, and is a sandbox: it follows no link and no `..` out of
 * the folders that it was given, opens no pipe by name, and knows no drives. A program that its user starts may read what the
 * user may. So every path goes to the system as it is.
 */

import {
  chmodSync,
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { resolve } from "node:path";
import { isatty } from "node:tty";
import { errorNumber, Refusal } from "./wasi-errors.js";

/** Ends the program from within, at any depth. */
class Exit extends Error {
  constructor(readonly code: number) {
    super(`exit ${code}`);
  }
}

/** What the program holds open. */
interface Handle {
  /** Its descriptor in this process; a folder has none. */
  readonly host?: number;
  /** The folder's path. */
  readonly folder?: string;
  /** Where the next byte of a file is; nowhere in a pipe or a terminal. */
  position?: number;
  /** The folder's entries, as they were when they were first asked for. */
  entries?: Uint8Array;
}

type Call = (...parameters: never[]) => void;

const CHARACTER_DEVICE = 2;
const DIRECTORY = 3;
/** The folder from which every path starts, since the C library makes each absolute. */
const ROOT = 3;
const ROOT_NAME = "/";

const [READ, SEEK, TELL, WRITE] = [1n << 1n, 1n << 2n, 1n << 5n, 1n << 6n];
const EVERY_RIGHT = (1n << 30n) - 1n;
const [CREATE, FOLDER_ONLY, EXCLUSIVE, TRUNCATE] = [1, 2, 4, 8];
const APPEND = 1;

/** How long to wait for a pipe that is full, or empty, and does not block, in milliseconds. */
const PATIENCE = 5;

/** A name in a folder. Its `..` are left to the system: what is above a link is not what is above its name. */
function inFolder(folder: string, name: string): string {
  // The C library takes Windows' absolute paths for relative ones and puts them behind the working folder.
  if (process.platform === "win32") return resolve(folder, name.replace(/^.*\/(?=[A-Za-z]:[\\/]|\\\\)/, ""));
  return folder.endsWith("/") ? folder + name : `${folder}/${name}`;
}

/** The folder in which the program was started, as it is to know it. */
function workingFolder(): string {
  const folder = process.cwd();
  return process.platform === "win32" ? `/${folder.replaceAll("\\", "/")}` : folder;
}

function kind(stats: Stats | Dirent): number {
  if (stats.isBlockDevice()) return 1;
  if (stats.isCharacterDevice()) return CHARACTER_DEVICE;
  if (stats.isDirectory()) return DIRECTORY;
  if (stats.isFile()) return 4;
  if (stats.isSocket()) return 6;
  return stats.isSymbolicLink() ? 7 : 0;
}

/** Asks again until the descriptor is ready. */
function waiting<Type>(ask: () => Type): Type {
  for (;;) {
    try {
      return ask();
    } catch (error) {
      if ((error as { code?: unknown }).code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PATIENCE);
    }
  }
}

/** Some bytes of a pipe that has ended are none, as on every other system. */
function readSome(host: number, bytes: Uint8Array, position: number | null): number {
  try {
    return waiting(() => readSync(host, bytes, 0, bytes.length, position));
  } catch (error) {
    if ((error as { code?: unknown }).code === "EOF") return 0;
    throw error;
  }
}

function writeSome(host: number, bytes: Uint8Array, position: number | null): number {
  // Windows' console understands colours and UTF-8 through Node's streams alone.
  if (process.platform === "win32" && host <= 2 && isatty(host)) {
    (host === 2 ? process.stderr : process.stdout).write(bytes.slice());
    return bytes.length;
  }
  return waiting(() => writeSync(host, bytes, 0, bytes.length, position));
}

/** The texts one after the other, each ended by a zero byte. */
function zeroEnded(texts: readonly string[]): Uint8Array[] {
  return texts.map(text => new TextEncoder().encode(`${text}\0`));
}

/** The entries of a folder as WASI lays them out. */
function laidOut(folder: string): Uint8Array {
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const name = new TextEncoder().encode(entry.name);
    const part = new Uint8Array(24 + name.length);
    const view = new DataView(part.buffer);
    offset += part.length;
    view.setBigUint64(0, BigInt(offset), true);
    // Not zero, for which the C library would look at the entry itself.
    view.setBigUint64(8, 1n, true);
    view.setUint32(16, name.length, true);
    view.setUint8(20, kind(entry));
    part.set(name, 24);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Runs a module that was compiled for WASI preview 1; gives its exit code. */
export function run(
  module: WebAssembly.Module,
  programArguments: readonly string[],
  environment: { readonly [name: string]: string | undefined },
): number {
  const args = zeroEnded(programArguments);
  const known = Object.entries({ ...environment, PWD: workingFolder() });
  const variables = zeroEnded(known.map(([name, value]) => `${name}=${value}`));
  const handles = new Map<number, Handle>([0, 1, 2].map(host => [host, { host }]));
  handles.set(ROOT, { folder: ROOT_NAME });
  let free = ROOT + 1;
  let memory: WebAssembly.Memory;

  // The memory moves when it grows.
  const view = () => new DataView(memory.buffer);
  const bytes = (at: number, length: number) => new Uint8Array(memory.buffer, at, length);
  const text = (at: number, length: number) => new TextDecoder().decode(bytes(at, length));

  function held(number: number): Handle {
    const handle = handles.get(number);
    if (handle === undefined) throw new Refusal("EBADF");
    return handle;
  }

  function descriptor(number: number): number {
    const { host } = held(number);
    if (host === undefined) throw new Refusal("EISDIR");
    return host;
  }

  function path(folder: number, at: number, length: number): string {
    const from = held(folder).folder;
    if (from === undefined) throw new Refusal("ENOTDIR");
    return inFolder(from, text(at, length));
  }

  function buffers(at: number, count: number): Uint8Array[] {
    const found = Array.from({ length: count }, (_, index) => {
      const [start, length] = [at + index * 8, at + index * 8 + 4];
      return bytes(view().getUint32(start, true), view().getUint32(length, true));
    });
    return found.filter(buffer => buffer.length > 0);
  }

  /** Moves bytes until a buffer is moved in part, or fails when some have been moved already. */
  function move(
    number: number,
    all: readonly Uint8Array[],
    some: (host: number, buffer: Uint8Array, position: number | null) => number,
  ): number {
    const [handle, host] = [held(number), descriptor(number)];
    let moved = 0;
    for (const buffer of all) {
      const count = some(host, buffer, handle.position ?? null);
      moved += count;
      if (handle.position !== undefined) handle.position += count;
      if (count < buffer.length) break;
    }
    return moved;
  }

  function list(texts: readonly Uint8Array[], pointers: number, at: number): void {
    let next = at;
    for (const [index, each] of texts.entries()) {
      view().setUint32(pointers + index * 4, next, true);
      bytes(next, each.length).set(each);
      next += each.length;
    }
  }

  function listSizes(texts: readonly Uint8Array[], count: number, size: number): void {
    view().setUint32(count, texts.length, true);
    view().setUint32(
      size,
      texts.reduce((sum, each) => sum + each.length, 0),
      true,
    );
  }

  function writeStats(stats: Stats, at: number): void {
    const out = view();
    const nanoseconds = (milliseconds: number) => BigInt(Math.round(milliseconds * 1e3)) * 1000n;
    out.setBigUint64(at, BigInt(stats.dev), true);
    out.setBigUint64(at + 8, BigInt(stats.ino), true);
    out.setBigUint64(at + 16, BigInt(kind(stats)), true);
    out.setBigUint64(at + 24, BigInt(stats.nlink), true);
    out.setBigUint64(at + 32, BigInt(stats.size), true);
    out.setBigInt64(at + 40, nanoseconds(stats.atimeMs), true);
    out.setBigInt64(at + 48, nanoseconds(stats.mtimeMs), true);
    out.setBigInt64(at + 56, nanoseconds(stats.ctimeMs), true);
  }

  function hold(handle: Handle): number {
    free += 1;
    handles.set(free - 1, handle);
    return free - 1;
  }

  const calls: { readonly [name: string]: Call } = {
    args_get: (pointers: number, at: number) => list(args, pointers, at),
    args_sizes_get: (count: number, size: number) => listSizes(args, count, size),
    environ_get: (pointers: number, at: number) => list(variables, pointers, at),
    environ_sizes_get: (count: number, size: number) => listSizes(variables, count, size),

    clock_time_get(clock: number, _precision: bigint, out: number) {
      const now = clock === 0 ? BigInt(Date.now()) * 1_000_000n : process.hrtime.bigint();
      view().setBigUint64(out, now, true);
    },

    random_get(at: number, length: number) {
      crypto.getRandomValues(bytes(at, length));
    },

    proc_exit(code: number) {
      throw new Exit(code);
    },

    fd_close(number: number) {
      const { host } = held(number);
      handles.delete(number);
      if (host !== undefined && host > 2) closeSync(host);
    },

    fd_fdstat_get(number: number, out: number) {
      const { host } = held(number);
      // A character device in which nothing can be sought is taken for a terminal.
      const terminal = host !== undefined && isatty(host);
      const device = host === undefined ? DIRECTORY : kind(fstatSync(host));
      view().setUint8(out, terminal ? CHARACTER_DEVICE : device);
      view().setUint16(out + 2, 0, true);
      view().setBigUint64(out + 8, terminal ? EVERY_RIGHT & ~(SEEK | TELL) : EVERY_RIGHT, true);
      view().setBigUint64(out + 16, EVERY_RIGHT, true);
    },

    fd_filestat_get(number: number, out: number) {
      const { host, folder } = held(number);
      writeStats(host === undefined ? statSync(folder as string) : fstatSync(host), out);
    },

    fd_prestat_get(number: number, out: number) {
      if (number !== ROOT) throw new Refusal("EBADF");
      view().setUint32(out, 0, true);
      view().setUint32(out + 4, ROOT_NAME.length, true);
    },

    fd_prestat_dir_name(number: number, at: number, length: number) {
      if (number !== ROOT) throw new Refusal("EBADF");
      new TextEncoder().encodeInto(ROOT_NAME, bytes(at, length));
    },

    fd_read(number: number, at: number, count: number, out: number) {
      view().setUint32(out, move(number, buffers(at, count), readSome), true);
    },

    fd_write(number: number, at: number, count: number, out: number) {
      view().setUint32(out, move(number, buffers(at, count), writeSome), true);
    },

    fd_seek(number: number, offset: bigint, from: number, out: number) {
      const handle = held(number);
      if (handle.position === undefined) throw new Refusal("ESPIPE");
      const [current, end] = [handle.position, fstatSync(descriptor(number)).size];
      const position = Number(offset) + ([0, current, end][from] ?? 0);
      if (position < 0) throw new Refusal("EINVAL");
      handle.position = position;
      view().setBigUint64(out, BigInt(position), true);
    },

    fd_sync(number: number) {
      fsyncSync(descriptor(number));
    },

    fd_readdir(number: number, at: number, length: number, cookie: bigint, out: number) {
      const handle = held(number);
      if (handle.folder === undefined) throw new Refusal("ENOTDIR");
      if (cookie === 0n || handle.entries === undefined) handle.entries = laidOut(handle.folder);
      const part = handle.entries.subarray(Number(cookie), Number(cookie) + length);
      bytes(at, part.length).set(part);
      view().setUint32(out, part.length, true);
    },

    path_open(
      folder: number,
      _lookup: number,
      at: number,
      length: number,
      how: number,
      rights: bigint,
      _inherited: bigint,
      flags: number,
      out: number,
    ) {
      const file = path(folder, at, length);
      const writes = (rights & WRITE) !== 0n;
      const isFolder = statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false;
      if (isFolder && !writes && (how & CREATE) === 0) {
        view().setUint32(out, hold({ folder: file }), true);
        return;
      }
      if ((how & FOLDER_ONLY) !== 0) statSync(file);
      if ((how & FOLDER_ONLY) !== 0) throw new Refusal("ENOTDIR");
      const reads = (rights & READ) !== 0n;
      const mode =
        (writes ? (reads ? constants.O_RDWR : constants.O_WRONLY) : constants.O_RDONLY) |
        ((how & CREATE) !== 0 ? constants.O_CREAT : 0) |
        ((how & EXCLUSIVE) !== 0 ? constants.O_EXCL : 0) |
        ((how & TRUNCATE) !== 0 ? constants.O_TRUNC : 0) |
        ((flags & APPEND) !== 0 ? constants.O_APPEND : 0);
      const host = openSync(file, mode, 0o666);
      view().setUint32(out, hold(fstatSync(host).isFile() ? { host, position: 0 } : { host }), true);
    },

    path_filestat_get(folder: number, follow: number, at: number, length: number, out: number) {
      const file = path(folder, at, length);
      writeStats((follow & 1) !== 0 ? statSync(file) : lstatSync(file), out);
    },

    path_readlink(folder: number, at: number, length: number, buffer: number, room: number, out: number) {
      const target = new TextEncoder().encode(readlinkSync(path(folder, at, length))).subarray(0, room);
      bytes(buffer, target.length).set(target);
      view().setUint32(out, target.length, true);
    },

    path_rename(
      fromFolder: number,
      fromAt: number,
      fromLength: number,
      toFolder: number,
      toAt: number,
      toLength: number,
    ) {
      const from = path(fromFolder, fromAt, fromLength);
      const to = path(toFolder, toAt, toLength);
      // WASI knows no permissions; a file that takes another's place takes over those.
      const replaced = statSync(to, { throwIfNoEntry: false });
      if (replaced?.isFile()) chmodSync(from, replaced.mode & 0o7777);
      renameSync(from, to);
    },

    path_unlink_file(folder: number, at: number, length: number) {
      unlinkSync(path(folder, at, length));
    },
  };

  /** A call that gives the number of what went wrong: 0 for nothing. */
  const answering =
    (call: Call) =>
    (...parameters: never[]): number => {
      try {
        call(...parameters);
        return 0;
      } catch (error) {
        if (error instanceof Exit) throw error;
        return errorNumber(error);
      }
    };
  const imports = Object.fromEntries(Object.entries(calls).map(([name, call]) => [name, answering(call)]));
  const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: imports });
  const program = instance.exports as unknown as { memory: WebAssembly.Memory; _start(): void };
  memory = program.memory;
  try {
    program._start();
    return 0;
  } catch (error) {
    if (error instanceof Exit) return error.code;
    throw error;
  }
}
