import { nativeRandom, nativeRandomFrom } from '../random/native.ts';

/** Where an order of batches stands: the stream as it was before the epoch's order was drawn, and the batches taken. */
export interface BatchesState {
  readonly random: number[];
  readonly taken: number;
}

/**
 * The rows of mini-batches in a seeded order: at every epoch all n rows are shuffled anew and cut into batches of `size`;
 * the n mod `size` rows that are left over wait for the next, so that every batch has as many.
 */
export class Batches {
  readonly #n: number;
  readonly #size: number;
  #random;
  #before: number[]; // the stream, before #order was drawn
  #order: Int32Array; // [n]
  #taken = 0;

  /** @throws {RangeError} if `seed` is not an integer of 32 bits. */
  constructor(n: number, size: number, seed: number) {
    this.#n = n;
    this.#size = size;
    this.#random = nativeRandom(seed);
    this.#before = this.#random.state();
    this.#order = this.#random.permutation(n);
  }

  /** The rows of the next batch; valid until the next epoch. [size] */
  next(): Int32Array {
    if ((this.#taken + 1) * this.#size > this.#n) {
      this.#before = this.#random.state();
      this.#order = this.#random.permutation(this.#n);
      this.#taken = 0;
    }
    const from = this.#taken++ * this.#size;
    return this.#order.subarray(from, from + this.#size);
  }

  snapshot(): BatchesState {
    return { random: this.#before, taken: this.#taken };
  }

  restore({ random, taken }: BatchesState): void {
    this.#random = nativeRandomFrom(random);
    this.#before = random;
    this.#order = this.#random.permutation(this.#n);
    this.#taken = taken;
  }
}
