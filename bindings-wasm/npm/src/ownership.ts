/** What JavaScript holds of the core, and when it is let go. */

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

/** A handle that the core has just given out and that no object holds yet. */
export class Fresh {
  constructor(readonly handle: number) {}
}

/** The handle of an object that was freed. */
export const FREED = 0;

/** The objects of one class, each of which holds one handle. */
export class Ownership {
  readonly #free: (handle: number) => void;
  readonly #forgotten: FinalizationRegistry<number>;

  constructor(free: (handle: number) => void) {
    this.#free = free;
    this.#forgotten = new FinalizationRegistry(free);
  }

  /** Ties a handle to its owner, which need not be freed by hand. */
  take(owner: object, fresh: Fresh): number {
    this.#forgotten.register(owner, fresh.handle, owner);
    return fresh.handle;
  }

  /** Frees a handle now, once. */
  release(owner: object, handle: number): void {
    if (handle === FREED) return;
    this.#forgotten.unregister(owner);
    this.#free(handle);
  }
}
