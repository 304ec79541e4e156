import { LoadError, type LoadErrorCode } from "./load-error.js";

declare global {
  namespace WebAssembly {
    // It merges with the DOM's; a program without the DOM's types needs it to read the types here.
    interface Module {}
  }
}

/** The bytes of the module. */
export type CoreBytes = ArrayBuffer | ArrayBufferView;

type Address = string | URL | Request;
type Answer = Response | Promise<Response>;

/** Where the module may come from: an address, a response, its bytes, or compiled elsewhere. */
export type CoreSource = Address | Answer | CoreBytes | WebAssembly.Module;

const REMEDY = "serve it there, pass `ready` its address or import `isoflag/inline`";

/** The smallest module there is: where it does not compile, none does. */
const EMPTY = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/** Hosts word it differently that they forbid compiling, so it is tried out. */
function failure(
  cause: unknown,
  place: string,
  code: LoadErrorCode = (cause as Error | undefined)?.name === "CompileError"
    ? "not-webassembly"
    : "fetch-failed",
  remedy = REMEDY,
): LoadError {
  let message = `${place} cannot be loaded (${cause}); ${remedy}`;
  try {
    new WebAssembly.Module(EMPTY);
  } catch (forbidden) {
    code = "compile-forbidden";
    message = `WebAssembly is forbidden here (${forbidden}); script-src 'wasm-unsafe-eval' allows it in a page, deployment at the edge`;
  }
  return new LoadError(code, message, { cause });
}

/** Compiles at once. */
export function compileNow(source: WebAssembly.Module | CoreBytes): WebAssembly.Module {
  try {
    return source instanceof WebAssembly.Module ? source : new WebAssembly.Module(source as BufferSource);
  } catch (cause) {
    throw failure(
      cause,
      "what was given",
      "not-webassembly",
      "pass the module's bytes or a `WebAssembly.Module`",
    );
  }
}

/** Compiles the module, while it arrives where the host can. */
export async function compile(source: CoreSource): Promise<WebAssembly.Module> {
  let place = "what was given";
  try {
    if (source instanceof WebAssembly.Module) return source;
    if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) {
      return await WebAssembly.compile(source as BufferSource);
    }
    const remote = source as Address | Answer;
    const isAddress = typeof remote === "string" || remote instanceof URL || remote instanceof Request;
    if (isAddress) place = `\`${(remote as Request).url ?? remote}\``;
    const response = await (isAddress ? fetch(remote) : remote);
    if (response.url) place = `\`${response.url}\``;
    if (!response.ok) throw new Error(`it answered ${response.status}`);
    const type = response.headers.get("Content-Type") ?? "";
    // Neither a server that does not know the type nor a browser that cannot compile a stream must break the page.
    const isWasm = type.trim().toLowerCase() === "application/wasm";
    if (isWasm && "compileStreaming" in WebAssembly) return await WebAssembly.compileStreaming(response);
    if (!isWasm) place += `, served as \`${type}\`,`;
    // Not as an argument that awaits: Next.js's edge runtime puts each into a function that is not async.
    return await response.arrayBuffer().then(bytes => WebAssembly.compile(bytes));
  } catch (cause) {
    throw failure(cause, place);
  }
}
