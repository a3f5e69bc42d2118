import type { Random } from '../random/random.ts';

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

/** The data set of n labelled samples, with one-hot targets. */
export function classified(x: Float64Array, labels: Int32Array, d: number, k: number): Dataset {
  const n = labels.length;
  const y = new Float64Array(n * k); // [n, k]
  for (let i = 0; i < n; i++) y[i * k + labels[i]!] = 1;
  return { n, d, k, x, y, labels };
}
