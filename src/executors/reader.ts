import type { Dataset } from '../math/data/dataset.ts';
import type { DataKinds } from '../pipelines/data-kinds.ts';
import type { MakeData } from '../pipelines/experiment.ts';

/**
 * Makes the data of runs. Data that is read from files is read once, whatever the number of runs
 * over it.
 */
export function reader(kinds: DataKinds): MakeData {
  const known = new Map<string, Dataset>();
  return ({ kind, ...options }) => {
    const { paths, make } = kinds[kind]!;
    if (!paths?.length) return make(options);
    const id = JSON.stringify({ kind, ...options });
    const dataset = known.get(id) ?? make(options);
    if (!('x' in dataset)) {
      throw new TypeError(`expected make of ${kind} to return a data set, because it has paths, got data to be drawn`);
    }
    known.set(id, dataset);
    return dataset;
  };
}
