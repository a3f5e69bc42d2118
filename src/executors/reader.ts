import type { Dataset } from '../math/data/dataset.ts';
import { readDataset } from '../operators/sources/data/file.ts';
import type { ReadData } from '../pipelines/experiment.ts';

/** Reads the data files of a spec, each once, whatever the number of runs over it. */
export function reader(): ReadData {
  const read = new Map<string, Dataset>();
  return ({ path, target }) => {
    const id = JSON.stringify([path, target]);
    const known = read.get(id) ?? readDataset(path, target === undefined ? {} : { target });
    read.set(id, known);
    return known;
  };
}
