import { nativeRandom, nativeRandomFrom } from '../random/native.ts';

/**
 * Position in an order of batches: the stream before the epoch's order was drawn, and the batches
 * taken.
 */
export interface BatchesState {
  readonly random: number[];
  readonly taken: number;
}

/**
 * Deals the rows of mini-batches in a seeded order. At every epoch all n rows are shuffled anew and
 * cut into batches of `size`. The n mod `size` rows that are left over wait for the next epoch, so
 * that all batches are equally large.
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

  /** Returns the rows of the next batch, valid until the next epoch. [size] */
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
