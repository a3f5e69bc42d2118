import { mkdirSync, symlinkSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { tableFromArrays, tableToIPC } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { readDataset } from '../../src/datasets/file.ts';
import { folder, thrown } from './folder.ts';
import { doubles, npy } from './npy-bytes.ts';

const { path: at, write } = folder();

describe('readDataset', () => {
  it('reads the same data set from every format', () => {
    const arrow = tableFromArrays({ 0: Float64Array.of(0.5, 1.5), 1: Float64Array.of(2.5, 3.5) });
    const csv = readDataset(write('a.csv', '0,1\n0.5,2.5\n1.5,3.5\n'), {});
    expect(csv).toMatchObject({ n: 2, d: 1, k: 1 });
    expect(readDataset(write('a.tsv', '0\t1\n0.5\t2.5\n1.5\t3.5\n'), {})).toEqual(csv);
    expect(readDataset(write('a.npy', npy(doubles(0.5, 2.5, 1.5, 3.5), { shape: '(2, 2)' })), {})).toEqual(csv);
    expect(readDataset(write('a.arrow', tableToIPC(arrow, 'file')), {})).toEqual(csv);
    expect(readDataset(write('a.arrows', tableToIPC(arrow, 'stream')), {})).toEqual(csv);
  });

  it('reads an extension in any case, and needs no options', () => {
    expect(readDataset(write('A.CSV', 'a,b\n1,0.5\n')).n).toBe(1);
  });

  const make = {
    missing: () => join(at, 'missing.csv'),
    folder: () => {
      const path = join(at, 'folder.csv');
      mkdirSync(path);
      return path;
    },
    loop: () => {
      const path = join(at, 'loop.csv');
      symlinkSync('loop.csv', path); // unreadable to root as well
      return path;
    },
    empty: () => write('empty.npy', ''),
    xlsx: () => write('book.xlsx', 'PK'),
    bare: () => write('data', 'a,b\n1,2\n'),
    huge: () => {
      const path = write('huge.npy', '');
      truncateSync(path, 2 ** 31 + 2 ** 29);
      return path;
    },
  };
  const extensions = '.arrow .arrows .feather .csv .tsv .npy';
  it.each([
    ['a missing file', make.missing, 'RangeError: PATH: expected a file, found nothing there'],
    ['a folder', make.folder, 'TypeError: PATH: expected a file, got a folder'],
    ['a file that cannot be read', make.loop, 'RangeError: PATH: expected a file that can be read, got ELOOP'],
    ['a device', () => '/dev/null', 'TypeError: PATH: expected a file, got a device, pipe or socket'],
    ['an empty file', make.empty, 'TypeError: PATH: expected a table, got an empty file'],
    ['an unknown extension', make.xlsx, `RangeError: PATH: expected an extension among ${extensions}, got .xlsx`],
    ['no extension', make.bare, `RangeError: PATH: expected an extension among ${extensions}, got none`],
    ['more than 2 GiB', make.huge, 'RangeError: PATH: expected at most 2 GiB, got 2.5 GiB'],
  ])('refuses %s', (_, path, message) => {
    const file = path();
    expect(thrown(() => readDataset(file, {})).replace(file, 'PATH')).toBe(message);
  });
});
