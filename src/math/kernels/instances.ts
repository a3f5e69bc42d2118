import type { Kernels, Memory } from './kernels.ts';

/** The part of the host's WebAssembly that is used here: TypeScript knows it only along with the whole of the DOM. */
interface Host {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
  readonly Memory: new (type: { initial: number; maximum: number; shared: boolean }) => Memory;
  validate(bytes: Uint8Array): boolean;
}
const host = (globalThis as { readonly WebAssembly?: unknown }).WebAssembly as Host | undefined;

const PAGE = 65536;
/** Pages that a pointer reaches, as the module says of the memory it imports. */
const MAXIMUM = 65536;
/**
 * Instances that come back are kept up to so many bytes in all, and a few in number; others are left to the garbage
 * collector. Of shared memory V8 does not know that it is in need: twelve runs of 270 MB took 3.3 GB, so of that the
 * largest are kept and serve again.
 */
const KEEP = 256 * 2 ** 20;
const SPARE = 8;

const sizeOf = ({ memory }: Instance) => memory.buffer.byteLength;

/** An instance of the module, and what another thread makes another of over the same memory: see `instantiate`. */
export interface Instance {
  readonly kernels: Kernels;
  readonly module: object;
  readonly memory: Memory;
  readonly shared: boolean;
}

export const instantiate = (module: object, memory: Memory): Kernels =>
  new host!.Instance(module, { env: { memory } }).exports as Kernels;

/** What a file made by `npm run build:wasm` exports. */
export interface Shipped {
  readonly kernels: string;
  readonly sharing: number;
}

/**
 * Instances of one module, compiled once. An instance is lent to one evaluation at a time; as it comes back it is kept
 * for the next, for neither a compiled module nor a memory that has grown is ever given back by itself.
 */
export class Instances {
  /** Has this runtime what the module is made of? */
  readonly available: boolean;
  readonly #shipped: Shipped;
  readonly #modules = new Map<boolean, object>();
  #spare: Instance[] = [];

  /** @param probe A small module with the instructions in question. */
  constructor(shipped: Shipped, probe: Uint8Array) {
    this.#shipped = shipped;
    this.available = host?.validate(probe) ?? false;
  }

  /**
   * An instance with at least `bytes` of memory, lent until `release`. What its memory holds is anybody's guess.
   *
   * @param shared Is the memory to be shared between threads?
   * @throws {RangeError} if the host does not have the memory.
   */
  acquire(bytes: number, shared = false): Instance {
    const alike = this.#spare.filter((spare) => spare.shared === shared).sort((a, b) => sizeOf(a) - sizeOf(b));
    const found = alike.find((spare) => sizeOf(spare) >= bytes) ?? alike.at(-1);
    if (!found) return this.#make(Math.ceil(bytes / PAGE), shared);
    this.#spare = this.#spare.filter((spare) => spare !== found);
    const missing = Math.ceil((bytes - sizeOf(found)) / PAGE);
    if (missing > 0) found.memory.grow(missing);
    return found;
  }

  /** @returns Whether it was kept. */
  release(instance: Instance): boolean {
    const kept = this.#spare.reduce((bytes, spare) => bytes + (spare.shared ? 0 : sizeOf(spare)), 0);
    const keep = this.#spare.length < SPARE && (instance.shared || kept + sizeOf(instance) <= KEEP);
    if (keep) this.#spare.push(instance);
    return keep;
  }

  #make(initial: number, shared: boolean): Instance {
    const memory = new host!.Memory({ initial, maximum: MAXIMUM, shared });
    const module = this.#module(shared);
    return { kernels: instantiate(module, memory), module, memory, shared };
  }

  /** The module over memory that is shared differs from the other in one byte. */
  #module(shared: boolean): object {
    const known = this.#modules.get(shared);
    if (known) return known;
    const bytes = Uint8Array.from(atob(this.#shipped.kernels), (c) => c.charCodeAt(0));
    if (shared) bytes[this.#shipped.sharing] = 3;
    const module = new host!.Module(bytes);
    this.#modules.set(shared, module);
    return module;
  }
}
