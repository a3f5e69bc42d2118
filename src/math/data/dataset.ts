import type { Random } from '../random/random.ts';
import { requireCounts } from '../require-number.ts';
import { requireRoom } from './require-room.ts';

/** n samples of d inputs with what a network is to say of them: classes, or k real targets. */
export interface Dataset {
  readonly n: number;
  readonly d: number;
  /** Outputs: the number of classes, or of targets per sample. */
  readonly k: number;
  readonly x: Float64Array; //         [n, d], row-major
  /** One-hot rows where the samples have classes. */
  readonly y: Float64Array; //         [n, k], row-major
  /** 0 ... k − 1; absent for regression. */
  readonly labels?: Int32Array; //     [n]
}

/** A data set to be drawn: its widths are known before. */
export interface Data {
  readonly d: number;
  readonly k: number;
  /** One that is read from a file ignores `random`. */
  draw(random: Random): Dataset;
}

/**
 * Holds a data set to its own description, since a label out of range or a NaN would look like a diverging run.
 *
 * @throws {TypeError} if the length of an array is not what n, d and k make it. @throws {RangeError} if a value is not finite
 *   or a label is not one of the k classes.
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
 * The data set of n labelled samples, with one-hot targets.
 *
 * @example classified(Float64Array.of(0, 1, 2, 3), Int32Array.of(0, 1), 2, 2); // two samples of two inputs
 * @throws {RangeError} if the targets are more numbers than an array holds.
 */
export function classified(x: Float64Array, labels: Int32Array, d: number, k: number): Dataset {
  const n = labels.length;
  requireRoom('classified', n, d, k);
  const y = new Float64Array(n * k); // [n, k]
  for (let i = 0; i < n; i++) if (labels[i]! < k) y[i * k + labels[i]!] = 1;
  return { n, d, k, x, y, labels };
}
