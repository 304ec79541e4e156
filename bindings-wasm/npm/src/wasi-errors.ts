/** The numbers by which WASI preview 1 names what went wrong. */
const NUMBERS: { readonly [code: string]: number } = {
  EACCES: 2,
  EAGAIN: 6,
  EBADF: 8,
  EBUSY: 10,
  EEXIST: 20,
  EFBIG: 22,
  EINVAL: 28,
  EISDIR: 31,
  ELOOP: 32,
  EMFILE: 33,
  ENAMETOOLONG: 37,
  ENFILE: 41,
  ENODEV: 43,
  ENOENT: 44,
  ENOMEM: 48,
  ENOSPC: 51,
  ENOSYS: 52,
  ENOTDIR: 54,
  ENOTEMPTY: 55,
  ENOTSUP: 58,
  ENXIO: 60,
  EPERM: 63,
  EPIPE: 64,
  EROFS: 69,
  ESPIPE: 70,
  ETXTBSY: 74,
  EXDEV: 75,
};

/** What the system, or this host in its place, refused. */
export class Refusal extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

/** What is not in the list is an error of input or output. */
const OTHER = 29;

/** The number of what was thrown; anything that no system says is thrown on. */
export function errorNumber(thrown: unknown): number {
  const code = (thrown as { code?: unknown } | undefined)?.code;
  if (typeof code !== "string" || code.startsWith("ERR_")) throw thrown;
  return NUMBERS[code] ?? OTHER;
}
