import { nativeRandom } from '../random/native.ts';
import type { Random } from '../random/random.ts';
import { requireOptions } from '../require-options.ts';
import type { Data, Dataset } from './dataset.ts';
import { emptied, gather } from './gather.ts';

/** Data set in two parts. */
export interface Split<D extends Dataset = Dataset> {
  readonly train: D;
  /** Samples that are held out. */
  readonly test: D;
}

/** Options of {@link split}. */
export interface SplitOptions {
  /** Share of the samples to hold out, in (0, 1). */
  readonly test: number;
  /** Seed of the draw. Default 0. */
  readonly seed?: number;
}

/**
 * Holds out a share of the samples, drawn without repetition. Each part keeps their order.
 *
 * @throws {TypeError} if there is another option. @throws {RangeError} if `test` is not in (0, 1),
 *   or leaves one of the parts without a sample.
 * @example
 * const { train, test } = split(readDataset('iris.csv'), { test: 0.5, seed: 1 });
 * const L = objective({ model: mlp({ hidden: [8] }), loss: 'cross-entropy', data: train });
 * gradientDescent({ objective: L, theta0: L.start(), learningRate: 0.1 })
 *   .pipe(take(100), lossOn(L.on(test)));
 */
export function split<D extends Dataset>(dataset: D, options: SplitOptions): Split<D> {
  requireOptions('split', options, ['test', 'seed'] satisfies (keyof SplitOptions)[]);
  return splitBy(nativeRandom(options.seed ?? 0), dataset, options.test);
}

/** Splits as {@link split} does; the first samples of `permutation(n)` of a stream are the test. */
export function splitBy<D extends Dataset>(random: Random, dataset: D, test: number): Split<D> {
  if (!(test > 0 && test < 1)) throw new RangeError(`split: test must lie in (0, 1), got ${test}`);
  const { n } = dataset;
  const held = Math.round(test * n);
  if (held === 0 || held === n) {
    throw new RangeError(`split: test must leave a sample in each part, got ${test} of ${n} samples`);
  }
  const order = random.permutation(n); // [n]
  const part = (rows: Int32Array): D => {
    const samples = emptied(dataset, rows.length);
    gather(dataset, rows.sort(), samples);
    return { ...dataset, ...samples };
  };
  return { train: part(order.subarray(held)), test: part(order.subarray(0, held)) };
}

/** Makes data of which a share is held out, drawn from the stream of each run. */
export const holdingOut = (from: Dataset, share: number): Data => ({
  d: from.d,
  k: from.k,
  from,
  draw(random) {
    const { train, test } = splitBy(random, from, share);
    return { ...train, test };
  },
});
