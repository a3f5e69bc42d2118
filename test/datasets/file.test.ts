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

  it('holds the rows of another file out, and numbers classes over both', () => {
    const train = write('train.csv', 'a,b,t\n1,2,x\n3,4,z\n');
    const test = write('test.csv', 'a,b,t\n5,6,y\n');
    const { test: held, ...rest } = readDataset(train, { test });
    expect(rest).toMatchObject({ n: 2, k: 3, x: Float64Array.of(1, 2, 3, 4), labels: Int32Array.of(0, 2) });
    expect(held).toMatchObject({ n: 1, k: 3, x: Float64Array.of(5, 6), labels: Int32Array.of(1) });
    expect([rest.classes, held!.y]).toEqual([['x', 'y', 'z'], Float64Array.of(0, 1, 0)]);
    const real = readDataset(write('c.csv', 'a,t\n1,0.5\n'), { test: write('d.csv', 'a,t\n2,3\n4,0.1\n') });
    expect([real.y, real.test!.y]).toEqual([Float64Array.of(0.5), Float64Array.of(3, 0.1)]);
    expect(real.test!.x).toEqual(Float64Array.of(2, 4));
  });

  it('refuses another file with other columns', () => {
    const train = write('train.csv', 'a,b,t\n1,2,x\n3,4,z\n');
    const refusal = (content: string) => {
      const other = write('other.csv', content);
      return thrown(() => readDataset(train, { target: 2, test: other })).replaceAll(`${at}/`, '');
    };
    expect(refusal('a,c,t\n1,2,x\n')).toBe(
      'TypeError: other.csv: expected the inputs of train.csv, "a", "b", got "a", "c"',
    );
    expect(refusal('b,a,t\n1,2,x\n')).toMatch(/expected the inputs of train.csv/);
    expect(refusal('a,b,t\n1,2,3\n')).toBe(
      'TypeError: other.csv: column t: expected words, as train.csv has, got numbers',
    );
    expect(refusal('a,b,u\n1,2,x\n')).toMatch(/target: expected a column of the file, got "t"/);
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
