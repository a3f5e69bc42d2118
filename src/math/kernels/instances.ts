import type { Kernels, Memory } from './kernels.ts';

/**
 * Part of the host's WebAssembly that is used here. TypeScript declares it only with the whole DOM.
 */
interface Host {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
  readonly Memory: new (type: { initial: number; maximum: number; shared: boolean }) => Memory;
  validate(bytes: Uint8Array): boolean;
}
const host = (globalThis as { readonly WebAssembly?: unknown }).WebAssembly as Host | undefined;

/** Bytes of a page of memory. */
export const PAGE = 65536;
/** Pages that a pointer reaches, which the module states as the maximum of its memory. */
export const MAXIMUM_PAGES = 65536;
/**
 * Largest memory in bytes that is kept for later runs; the garbage collector has the rest. Shared
 * memory is kept beyond it: V8 does not count it as GC pressure, and 12 runs of 270 MB grew to 3.3
 * GB.
 */
const KEEP = 256 * 2 ** 20;
/** Largest number of instances that are kept. */
const SPARE = 8;

const sizeOf = ({ memory }: Instance) => memory.buffer.byteLength;

/** Instance of a module. Another thread can `instantiate` the module over the same memory. */
export interface Instance {
  readonly kernels: Kernels;
  readonly module: object;
  readonly memory: Memory;
  readonly shared: boolean;
}

export const instantiate = (module: object, memory: Memory): Kernels =>
  new host!.Instance(module, { env: { memory } }).exports as Kernels;

/** Exports of a file that `npm run build:wasm` made. */
export interface Shipped {
  readonly kernels: string;
  readonly sharing: number;
}

/**
 * Instances of one module, which is compiled once. An instance serves one evaluation at a time, and
 * is then kept for the next, because a memory that has grown never shrinks.
 */
export class Instances {
  /** true if this runtime has the instructions of the module. */
  readonly available: boolean;
  readonly #shipped: Shipped;
  readonly #modules = new Map<boolean, object>();
  #spare: Instance[] = [];

  /** @param probe Small module with those instructions. */
  constructor(shipped: Shipped, probe: Uint8Array) {
    this.#shipped = shipped;
    this.available = host?.validate(probe) ?? false;
  }

  /**
   * Returns an instance with at least `bytes` of memory, which is the caller's until `release`. The
   * memory may hold the data of an earlier run.
   *
   * @param shared true if threads share the memory.
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

  /** @returns false if the instance was not kept. */
  release(instance: Instance): boolean {
    const kept = this.#spare.reduce((bytes, spare) => bytes + (spare.shared ? 0 : sizeOf(spare)), 0);
    const keep = this.#spare.length < SPARE && (instance.shared || kept + sizeOf(instance) <= KEEP);
    if (keep) this.#spare.push(instance);
    return keep;
  }

  #make(initial: number, shared: boolean): Instance {
    const memory = new host!.Memory({ initial, maximum: MAXIMUM_PAGES, shared });
    const module = this.#module(shared);
    return { kernels: instantiate(module, memory), module, memory, shared };
  }

  /** Compiles the module, once each for shared and unshared memory. The two differ in one byte. */
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
