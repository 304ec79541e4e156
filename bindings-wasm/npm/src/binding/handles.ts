/** The core's objects that JavaScript holds: freeing them, and creating them again after a trap. */

import { engine, isTrap, requireStart } from "./engine.js";
import { memoryErrors } from "./errors.js";

/** An object that is freed explicitly or by `using`, if the host runtime has it. */
interface Freeable extends Disposable {
  free(): void;
}

/** Makes `using` call `free`. */
export function disposeByFreeing(prototype: Freeable): void {
  if (typeof Symbol.dispose !== "symbol") return;
  prototype[Symbol.dispose] = function (this: Freeable): void {
    this.free();
  };
}

/** The message of an error of exhausted memory. */
export const FULL = "the document does not fit into memory; `free()` others";

/** A handle that is never valid. */
const FREED = 0;

/**
 * Calls again, once, after a trap: the memory may have been full of unreferenced objects, and a new instance has none
 * of them.
 */
function retried(call: () => number): number {
  try {
    return call();
  } catch (thrown) {
    if (!isTrap(thrown)) throw thrown;
    requireStart();
    return call();
  }
}

/** The number of instances in which objects are tried that do not seem to fit into the memory of one. */
const MOST_INSTANCES = 3;

/** Reads handles until all of them are of one instance: creating an object again may trap, which takes a new one. */
function inOneInstance<T>(read: () => T): T {
  for (let turn = 0; turn < MOST_INSTANCES; turn++) {
    const { epoch } = engine;
    const handles = read();
    if (engine.epoch === epoch) return handles;
  }
  throw memoryErrors.at("", FULL);
}

/** Returns the handles of several objects in the current instance. They are valid until the caller's code can run. */
export function handlesOf(...objects: readonly Held[]): number[] {
  return inOneInstance(() => objects.map(object => object.handle));
}

/** Creates an object of the core from the handles of others, and returns its handle; throws if that fails. */
export type Make = (...handles: number[]) => number;

/** An object of the core, which a new instance of the module can create again after a trap. */
export class Held {
  readonly #parents: readonly Held[];
  readonly #make: Make;
  readonly #free: (handle: number) => void;
  #handle: number;
  #epoch: number;
  #isFreed = false;

  /**
   * @param parents the objects it is created from; they must not be freed yet, but may be freed afterwards
   * @param handle the object, if the core has just created it
   */
  constructor(parents: readonly Held[], make: Make, free: (handle: number) => void, handle?: number) {
    requireStart();
    this.#parents = parents;
    this.#make = make;
    this.#free = free;
    this.#handle = handle ?? retried(() => make(...handlesOf(...parents)));
    this.#epoch = engine.epoch;
  }

  /** The handle of the object in the current instance. It is valid until the caller's code can run again. */
  get handle(): number {
    if (this.#epoch !== engine.epoch && !this.#isFreed) this.#renew();
    return this.#handle;
  }

  #renew(): void {
    requireStart();
    this.#handle = retried(() => this.#makeAgain());
    this.#epoch = engine.epoch;
  }

  /** Creates the object from its parents; freed parents are created again for the duration of the call. */
  #makeAgain(): number {
    let temporary: [Held, number][] = [];
    const handles = inOneInstance(() => {
      temporary = [];
      return this.#parents.map(parent => {
        if (!parent.#isFreed) return parent.handle;
        const handle = parent.#makeAgain();
        temporary.push([parent, handle]);
        return handle;
      });
    });
    const { epoch } = engine;
    try {
      return this.#make(...handles);
    } finally {
      for (const [parent, handle] of temporary) if (engine.epoch === epoch) parent.#free(handle);
    }
  }

  /** Frees the object, once. It never throws: an exception in a finalizer ends the process. */
  release(): void {
    const handle = this.#handle;
    const isThere = this.#epoch === engine.epoch && !this.#isFreed;
    this.#handle = FREED;
    this.#isFreed = true;
    try {
      if (isThere) this.#free(handle);
    } catch {
      // The instance's other objects are discarded with it.
      engine.epoch++;
    }
  }
}

const forgotten =
  typeof FinalizationRegistry === "function"
    ? new FinalizationRegistry<Held>(held => held.release())
    : undefined;

/**
 * Frees an object of the core when its owner is collected; without finalizers it is kept until it is freed explicitly.
 */
export function owned<T extends Held>(owner: Freeable, held: T): T {
  // A function among its own members cannot be cloned, so that `structuredClone` and `postMessage` throw a
  // `DataCloneError` instead of making an object without the handle.
  // biome-ignore lint/correctness/noSelfAssign: the function is read from the prototype
  owner.free = owner.free;
  forgotten?.register(owner, held, owner);
  return held;
}

/** Frees an object of the core now. */
export function disown(owner: object, held: Held): void {
  forgotten?.unregister(owner);
  held.release();
}
