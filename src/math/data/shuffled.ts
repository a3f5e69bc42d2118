import type { Random } from '../random/random.ts';
import { classified, type Dataset } from './dataset.ts';

/** Makes the data set of the samples (`x` [n, d], `labels` [n], k classes) in a drawn order. */
export function shuffled(random: Random, x: Float64Array, labels: Int32Array, d: number, k: number): Dataset {
  const order = random.permutation(labels.length); // [n]
  const mixed = new Float64Array(x.length); //        [n, d]
  order.forEach((from, to) => void mixed.set(x.subarray(from * d, (from + 1) * d), to * d));
  return classified(
    mixed,
    order.map((from) => labels[from]!),
    d,
    k,
  );
}
