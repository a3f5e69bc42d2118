import type { Random } from '../random/random.ts';
import { requireCounts } from '../require-number.ts';
import { requireRoom } from './require-room.ts';

/** Data set of n samples: d inputs, and a class or k real targets. */
export interface Dataset {
  readonly n: number;
  readonly d: number;
  /** Outputs: the number of classes, or of targets per sample. */
  readonly k: number;
  readonly x: Float64Array; //         [n, d], row-major
  /** Targets: one-hot rows if the samples have classes. */
  readonly y: Float64Array; //         [n, k], row-major
  /** 0 ... k − 1; absent for regression. */
  readonly labels?: Int32Array; //     [n]
  /** Samples that are held out: nothing is trained on them. */
  readonly test?: Dataset;
}

/** Data to be drawn, whose widths are known before. */
export interface Data {
  readonly d: number;
  readonly k: number;
  /** Data set that the samples are drawn from, if there is one. */
  readonly from?: Dataset;
  /** Draws the data set; `random` belongs to one run. */
  draw(random: Random): Dataset;
}

/**
 * Checks that the arrays of a data set fit n, d and k, because a stray label or a NaN would look
 * like a diverging run.
 *
 * @throws {TypeError} if the length of an array is not what n, d and k make it. @throws
 *   {RangeError} if a value is not finite or a label is not one of the k classes.
 */
export function checkDataset({ n, d, k, x, y, labels }: Dataset): void {
  requireCounts('data', { n, d, k });
  const arrays: [name: string, values: Float64Array | Int32Array, length: number][] = [
    ['x', x, n * d],
    ['y', y, n * k],
  ];
  if (labels) arrays.push(['labels', labels, n]);
  for (const [name, values, length] of arrays) {
    if (values.length !== length)
      throw new TypeError(`data: ${name} must have ${length} entries, got ${values.length}`);
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw new RangeError(`data: ${name} must be finite, got ${values[bad]} at ${bad}`);
  }
  const stray = labels?.findIndex((label) => label < 0 || label >= k) ?? -1;
  if (stray >= 0) throw new RangeError(`data: labels must lie in 0 … ${k - 1}, got ${labels![stray]} at ${stray}`);
}

/**
 * Makes the data set of n labelled samples, with one-hot targets.
 *
 * @example
 * classified(Float64Array.of(0, 1, 2, 3), Int32Array.of(0, 1), 2, 2); // two samples of two inputs
 * @throws {RangeError} if the targets are more numbers than an array holds.
 */
export function classified(x: Float64Array, labels: Int32Array, d: number, k: number): Dataset {
  const n = labels.length;
  requireRoom('classified', n, d, k);
  const y = new Float64Array(n * k); // [n, k]
  for (let i = 0; i < n; i++) if (labels[i]! < k) y[i * k + labels[i]!] = 1;
  return { n, d, k, x, y, labels };
}
