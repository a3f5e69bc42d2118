import { formatValue } from '../format-value.ts';
import type { Data, Dataset } from '../math/data/dataset.ts';
import type { DataKinds } from '../pipelines/data-kinds.ts';
import type { MakeData } from '../pipelines/experiment.ts';

/**
 * Makes the data of runs. Data that is read from files is read once, whatever the number of runs
 * over it.
 */
export function reader(kinds: DataKinds): MakeData {
  const known = new Map<string, Data | Dataset>();
  return ({ kind, ...options }) => {
    const { paths, make: unchecked } = kinds[kind]!;
    const make = (given: typeof options) => {
      const made: unknown = unchecked(given);
      if (typeof made === 'object' && made !== null && 'd' in made && 'k' in made) return made as Data | Dataset;
      throw new TypeError(`expected make of ${kind} to return data with d and k, got ${formatValue(made)}`);
    };
    if (!paths?.length) return make(options);
    const id = JSON.stringify({ kind, ...options });
    const dataset = known.get(id) ?? make(options);
    if (!('x' in dataset) && !dataset.from) {
      throw new TypeError(`expected make of ${kind} to return a data set, because it has paths, got data to be drawn`);
    }
    known.set(id, dataset);
    return dataset;
  };
}
