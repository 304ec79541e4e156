/** What JavaScript holds of the core, when it is let go, and how it is made anew after a trap. */

import { engine, isTrap, requireStart } from "./engine.js";

/** Something that is freed by hand or by `using`, where the host has it. */
interface Freeable extends Disposable {
  free(): void;
}

/** Lets `using` free what `free` does. */
export function disposeByFreeing(prototype: Freeable): void {
  if (typeof Symbol.dispose !== "symbol") return;
  const value = function (this: Freeable): void {
    this.free();
  };
  Object.defineProperty(prototype, Symbol.dispose, { value, writable: true, configurable: true });
}

/** A handle that the core gives to no object. */
const FREED = 0;

/**
 * Calls again, once, after a trap: the memory may have been full of objects that nothing refers to, and a new instance has
 * none of them.
 */
function insistently(call: () => number): number {
  try {
    return call();
  } catch (thrown) {
    if (!isTrap(thrown)) throw thrown;
    requireStart();
    return call();
  }
}

/** Makes an object of the core from the handles of others, and gives its handle; throws if that fails. */
export type Make = (...handles: number[]) => number;

/** An object of the core, which another instance of the module can make again: a trap leaves nothing of the first. */
export class Held {
  readonly #parents: readonly Held[];
  readonly #make: Make;
  readonly #free: (handle: number) => void;
  #handle: number;
  #epoch: number;
  #isFreed = false;

  /**
   * @param parents what it is made from; what was freed cannot be, but may be freed afterwards
   * @param handle the object, if the core has just made it
   */
  constructor(parents: readonly Held[], make: Make, free: (handle: number) => void, handle?: number) {
    requireStart();
    this.#parents = parents;
    this.#make = make;
    this.#free = free;
    this.#handle = handle ?? insistently(() => make(...parents.map(parent => parent.handle)));
    this.#epoch = engine.epoch;
  }

  /** The handle of the object in the current instance. It is valid until the caller's code can run again. */
  get handle(): number {
    if (this.#epoch !== engine.epoch && !this.#isFreed) this.#renew();
    return this.#handle;
  }

  #renew(): void {
    requireStart();
    this.#handle = insistently(() => this.#makeAgain(this.#parents));
    this.#epoch = engine.epoch;
  }

  /** Makes the object from parents, of which those that were freed are made for as long as that takes. */
  #makeAgain([first, ...others]: readonly Held[], ...handles: number[]): number {
    if (first === undefined) return this.#make(...handles);
    if (!first.#isFreed) return this.#makeAgain(others, ...handles, first.handle);
    const parent = first.#makeAgain(first.#parents);
    try {
      return this.#makeAgain(others, ...handles, parent);
    } finally {
      first.#free(parent);
    }
  }

  /** Frees the object, once. It never throws: a finalizer that does ends the process. */
  release(): void {
    const handle = this.#handle;
    const isThere = this.#epoch === engine.epoch && !this.#isFreed;
    this.#handle = FREED;
    this.#isFreed = true;
    try {
      if (isThere) this.#free(handle);
    } catch {
      // Whatever the instance still holds goes with it.
      engine.epoch++;
    }
  }
}

const forgotten =
  typeof FinalizationRegistry === "function"
    ? new FinalizationRegistry<Held>(held => held.release())
    : undefined;

/** Frees an object of the core when its owner is garbage; a host that cannot know that keeps it until it is freed by hand. */
export function owned<T extends Held>(owner: object, held: T): T {
  forgotten?.register(owner, held, owner);
  return held;
}

/** Frees an object of the core now. */
export function disown(owner: object, held: Held): void {
  forgotten?.unregister(owner);
  held.release();
}
