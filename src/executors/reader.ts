import { readCifar10 } from '../datasets/cifar10.ts';
import { readDataset } from '../datasets/file.ts';
import { readIdx } from '../datasets/idx.ts';
import type { Dataset } from '../math/data/dataset.ts';
import type { FileData, ReadData } from '../pipelines/experiment.ts';

/** Reads the data files of a spec, each once, whatever the number of runs over it. */
export function reader(): ReadData {
  const read = new Map<string, Dataset>();
  return (data) => {
    const id = JSON.stringify(data);
    const known = read.get(id) ?? datasetOf(data);
    read.set(id, known);
    return known;
  };
}

function datasetOf(data: FileData): Dataset {
  switch (data.kind) {
    case 'file':
      return readDataset(data.path, data.target === undefined ? {} : { target: data.target });
    case 'idx':
      return readIdx(data);
    case 'cifar10':
      return readCifar10(data);
  }
}
