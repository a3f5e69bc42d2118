import type { Kernels } from './kernels.ts';

/** The part of the host's WebAssembly that is used here: TypeScript knows it only along with the whole of the DOM. */
interface Host {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
  validate(bytes: Uint8Array): boolean;
}
const host = (globalThis as { readonly WebAssembly?: unknown }).WebAssembly as Host | undefined;

const PAGE = 65536;
/** Larger instances are left to the garbage collector when they come back, and so are more than a few. */
const KEEP = 256 * 2 ** 20;
const SPARE = 8;

const sizeOf = ({ memory }: Kernels) => memory.buffer.byteLength;

/**
 * Instances of one module, compiled once. An instance is lent to one evaluation at a time; as it comes back it is kept
 * for the next, for neither a compiled module nor a memory that has grown is ever given back by itself.
 */
export class Instances {
  /** Has this runtime what the module is made of? */
  readonly available: boolean;
  readonly #base64: string;
  #module: object | undefined;
  readonly #spare: Kernels[] = [];

  /** @param probe A small module with the instructions in question. */
  constructor(base64: string, probe: Uint8Array) {
    this.#base64 = base64;
    this.available = host?.validate(probe) ?? false;
  }

  /**
   * An instance with at least `bytes` of memory, lent until `release`. What its memory holds is anybody's guess.
   *
   * @throws {RangeError} if the host has not the memory.
   */
  acquire(bytes: number): Kernels {
    this.#spare.sort((a, b) => sizeOf(a) - sizeOf(b));
    const fitting = this.#spare.findIndex((kernels) => sizeOf(kernels) >= bytes);
    const kernels = fitting >= 0 ? this.#spare.splice(fitting, 1)[0]! : (this.#spare.pop() ?? this.#instantiate());
    const missing = Math.ceil((bytes - sizeOf(kernels)) / PAGE);
    if (missing > 0) kernels.memory.grow(missing);
    return kernels;
  }

  release(kernels: Kernels): void {
    if (this.#spare.length < SPARE && sizeOf(kernels) <= KEEP) this.#spare.push(kernels);
  }

  #instantiate(): Kernels {
    this.#module ??= new host!.Module(Uint8Array.from(atob(this.#base64), (c) => c.charCodeAt(0)));
    return new host!.Instance(this.#module).exports as Kernels;
  }
}
