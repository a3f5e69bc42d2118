import { type Instance, MAXIMUM_PAGES, PAGE } from '../../kernels/instances.ts';
import { START } from '../../kernels/kernels.ts';
import { simd } from '../../kernels/simd.ts';
import type { Basis } from './basis.ts';

/** Number of vectors that there is room for at first. */
const ROOM = 32;

/** Number of coefficients that are handed over at a time: a multiple of four. */
const CHUNK = 512;

/** Largest d of which a thousand vectors fit into the 4 GiB that a pointer reaches. */
export const LARGEST_DIMENSION = 500_000;

/** Counts the pages for half as many vectors again, as far as a memory of `size` bytes may grow. */
export function pagesToGrow(missing: number, vectors: number, size: number): number {
  const half = Math.ceil(vectors / 2 / PAGE);
  return Math.max(Math.ceil(missing / PAGE), Math.min(half, MAXIMUM_PAGES - size / PAGE));
}

/** Basis in the memory of an instance of the kernels, which it borrows until it is disposed of. */
export class SimdBasis implements Basis {
  readonly #d: number;
  /** Bytes from one vector to the next: a multiple of four doubles, zeros behind the last. */
  readonly #stride: number;
  readonly #instance: Instance;
  /** Address of the vector to work on; the coefficients lie behind it, and Q behind them. */
  readonly #w = START;
  readonly #s: number;
  readonly #Q: number;
  #length = 0;
  #disposed = false;

  constructor(d: number) {
    this.#d = d;
    this.#stride = Math.ceil(d / 4) * 32;
    this.#s = this.#w + this.#stride;
    this.#Q = this.#s + CHUNK * 8;
    this.#instance = simd.acquire(this.#Q + ROOM * this.#stride);
    this.#pad(this.#w);
  }

  get length(): number {
    return this.#length;
  }

  add(q: Float64Array): void {
    const at = this.#Q + this.#length * this.#stride;
    const { memory } = this.#instance;
    const missing = at + this.#stride - memory.buffer.byteLength;
    if (missing > 0) memory.grow(pagesToGrow(missing, this.#length * this.#stride, memory.buffer.byteLength));
    this.#pad(at);
    this.#view(at).set(q);
    this.#length++;
  }

  at(j: number): Float64Array {
    return this.#view(this.#Q + j * this.#stride).slice();
  }

  inner(w: Float64Array): Float64Array {
    this.#view(this.#w).set(w);
    const out = new Float64Array(this.#length);
    for (const [j, count, Q] of this.#chunks(0, this.#length)) {
      this.#instance.kernels.inner(this.#w, Q, count, this.#stride, this.#s);
      out.set(this.#view(this.#s, count), j);
    }
    return out;
  }

  combine(s: Float64Array, out: Float64Array = new Float64Array(this.#d), from = 0): Float64Array {
    const inside = this.#view(this.#w).fill(0);
    for (const [j, count, Q] of this.#chunks(from, s.length)) {
      this.#view(this.#s, count).set(s.subarray(j, j + count));
      this.#instance.kernels.combine(this.#s, Q, count, this.#stride, this.#w);
    }
    out.set(inside);
    return out;
  }

  project(w: Float64Array): void {
    const inside = this.#view(this.#w);
    inside.set(w);
    this.#instance.kernels.project(this.#w, this.#Q, this.#length, this.#stride, this.#s);
    w.set(inside);
  }

  clear(): void {
    this.#length = 0;
  }

  [Symbol.dispose](): void {
    if (!this.#disposed) simd.release(this.#instance);
    this.#disposed = true;
  }

  /** Splits `count` vectors from `from` on into runs: place, length and address of each. */
  *#chunks(from: number, count: number): Generator<readonly [j: number, count: number, Q: number]> {
    for (let j = 0; j < count; j += CHUNK) {
      yield [j, Math.min(CHUNK, count - j), this.#Q + (from + j) * this.#stride];
    }
  }

  #pad(at: number): void {
    this.#view(at, this.#stride / 8).fill(0, this.#d);
  }

  /** Returns a new view each time, because a memory that grows detaches its views. */
  #view(at: number, length = this.#d): Float64Array {
    return new Float64Array(this.#instance.memory.buffer as ArrayBuffer, at, length);
  }
}
