import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import type { RecordBatch } from 'apache-arrow';
import fc from 'fast-check';
import { afterAll, beforeAll } from 'vitest';
import {
  type ArrowKind,
  bool,
  type Column,
  type Columns,
  float64,
  float64s,
  int32,
  int32s,
  nullable,
  uint32,
  utf8,
} from '../../../src/columns.ts';
import { rowsOf } from '../../../src/tables/rows.ts';

/** A folder for the files of a test, gone when its tests are. */
export function scratch(): (name: string) => string {
  let dir = '';
  beforeAll(() => {
    dir = fs.mkdtempSync(join(os.tmpdir(), 'rxdescent-'));
  });
  afterAll(() => fs.rmSync(dir, { recursive: true, force: true }));
  return (name) => join(dir, name);
}

/** True if a small disk of its own can be mounted, as root on Linux. */
export const canMount = mounts();

function mounts(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const dir = fs.mkdtempSync(join(os.tmpdir(), 'rxdescent-mount-'));
  const done = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', dir]).status === 0;
  if (done) spawnSync('umount', [dir]);
  fs.rmdirSync(dir);
  return done;
}

export type Row = Record<string, unknown>;
export interface Table {
  readonly columns: Columns;
  readonly rows: readonly Row[];
}

const kinds: Record<ArrowKind, { readonly column: Column; readonly cell: fc.Arbitrary<unknown> }> = {
  float64: {
    column: float64('x', { unit: '1/η', label: 'λ₁', matrix: 'hessian', summary: ['lastMeasured', 'first'] }),
    cell: fc.double(),
  },
  int32: {
    column: int32('x', { unit: 'step', summary: { row: 'last', name: 'final', about: 'the last' } }),
    cell: fc.integer(),
  },
  uint32: { column: uint32('x'), cell: fc.nat(0xffff_ffff) },
  bool: { column: bool('x'), cell: fc.boolean() },
  utf8: { column: utf8('λ₁ of the layer', { summary: 'none', label: 'layer' }), cell: fc.string({ unit: 'grapheme' }) },
  'list<float64>': {
    column: float64s('x', 'θ²'),
    cell: fc.array(fc.double(), { maxLength: 8 }).map((v) => Float64Array.from(v)),
  },
  'list<int32>': { column: int32s('x'), cell: fc.array(fc.integer(), { maxLength: 8 }).map((v) => Int32Array.from(v)) },
};

/** Tables of any columns and rows: nulls, NaN, infinities, −0, empty lists, no rows. */
export const tables: fc.Arbitrary<Table> = fc
  .array(fc.record({ kind: fc.constantFrom(...(Object.keys(kinds) as ArrowKind[])), gaps: fc.boolean() }), {
    minLength: 1,
    maxLength: 8,
  })
  .chain((picked) => {
    const columns = picked.map(({ kind, gaps }, i) => {
      const { column } = kinds[kind];
      return [`c${i}`, gaps ? nullable(column) : column] as const;
    });
    const cells = picked.map(({ kind, gaps }, i) => {
      const { cell } = kinds[kind];
      return [`c${i}`, gaps ? fc.option(cell) : cell] as const;
    });
    return fc.record({
      columns: fc.constant(Object.fromEntries(columns)),
      rows: fc.array(fc.record(Object.fromEntries(cells)), { maxLength: 40 }),
    });
  });

export const rowsIn = (batches: Iterable<RecordBatch>): Row[] => [...batches].flatMap(rowsOf);
