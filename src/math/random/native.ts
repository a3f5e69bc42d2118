import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import { log } from '../functions.ts';
import type { Random } from './random.ts';

/** Stream of draws that can be saved and resumed. */
export interface NativeRandom extends Random {
  /** Returns numbers that `nativeRandomFrom` goes on from, to the bit; they survive JSON. */
  state(): number[];
}

/**
 * Draws in float64 from xoroshiro128+: uniforms of 53 bits, normals by Marsaglia's polar method.
 *
 * @param seed 0 … 2³² − 1.
 * @throws {RangeError} if `seed` is not one of these.
 * @example nativeRandom(42).normal(3); // three numbers in full float64
 * @see Marsaglia & Bray 1964, SIAM Review 6(3), 260–264; Blackman & Vigna 2021, ACM TOMS 47(4), 36.
 */
export function nativeRandom(seed: number): NativeRandom {
  if (!(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32)) {
    throw new RangeError(`nativeRandom: seed must be an integer from 0 to 4294967295, got ${seed}`);
  }
  // with the library's own seeding, neighbouring seeds have neighbouring first draws
  return nativeRandomFrom([1, 2, 3, 4].map((i) => scramble(seed + Math.imul(i, 0x9e3779b9))));
}

/**
 * Resumes a stream.
 *
 * @param state What its `state()` returned.
 * @throws {RangeError} if `state` cannot have come from there.
 */
export function nativeRandomFrom(state: readonly number[]): NativeRandom {
  const words = state.slice(0, 4);
  let spare = state[4]; // second normal of a pair, for the next call
  const sound = words.length === 4 && words.every((word) => word === (word | 0)) && words.some((word) => word !== 0);
  if (!sound || state.length > 5 || (spare !== undefined && !Number.isFinite(spare))) {
    throw new RangeError(`nativeRandomFrom: state must come from state(), got ${JSON.stringify(state)}`);
  }
  const generator = xoroshiro128plusFromState(words);

  const single = () => {
    if (spare !== undefined) {
      const kept = spare;
      spare = undefined;
      return kept;
    }
    for (;;) {
      const u = 2 * uniformFloat64(generator) - 1;
      const v = 2 * uniformFloat64(generator) - 1;
      const s = u * u + v * v;
      if (s >= 1 || s === 0) continue;
      const scale = Math.sqrt((-2 * log(s)) / s);
      spare = scale * v;
      return scale * u;
    }
  };

  return {
    uniform(size, low = 0, high = 1) {
      const range = high - low;
      if (!(range > 0 && range < Infinity)) {
        throw new RangeError(`nativeRandom: low must lie below high, both finite, got ${low} and ${high}`);
      }
      const draw = (): number => {
        const x = low + range * uniformFloat64(generator);
        return x < high ? x : draw(); // the sum may round up to high
      };
      return new Float64Array(size).map(draw); // [size]
    },
    normal: (size) => new Float64Array(size).map(single), // [size]
    permutation(n) {
      const order = new Int32Array(n).map((_, i) => i); // [n]
      for (let i = n - 1; i > 0; i--) {
        const j = uniformInt(generator, 0, i);
        [order[i], order[j]] = [order[j]!, order[i]!];
      }
      return order;
    },
    round: (x) => x,
    norm: (row) => Math.sqrt(row.reduce((sum, x) => sum + x * x, 0)),
    state: () => [...generator.getState(), ...(spare === undefined ? [] : [spare])],
  };
}

/**
 * Maps 32-bit words one to one, so that every bit of the input flips about half of the output's
 * bits (the last step of MurmurHash3).
 */
function scramble(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
