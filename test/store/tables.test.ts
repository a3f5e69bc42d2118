import fs from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { int32, nullable, utf8 } from '../../src/columns.ts';
import { sha256OfFile } from '../../src/files/sha256.ts';
import { openTable, readTable, writeRows, writeTable } from '../../src/store/tables.ts';
import { BatchBuilder } from '../../src/tables/batch-builder.ts';
import { readParquet } from '../operators/sinks/parquet.ts';
import { run } from '../operators/sinks/run.ts';
import { scratch, type Table, tables } from '../operators/sinks/tables.ts';

const at = scratch();

function* batches({ columns, rows }: Table, perBatch: number) {
  const builder = new BatchBuilder(columns, { rows: perBatch });
  for (const row of rows) {
    builder.push(row);
    if (builder.full) yield builder.take();
  }
  if (builder.length) yield builder.take();
}

describe('a table of the store', () => {
  it('is read back row by row, and says how many it has and the hash of each file', async () => {
    await fc.assert(
      fc.asyncProperty(tables, async (table) => {
        const written = writeRows(at('rows'), 'fits', table.columns, table.rows as object[]);
        expect(readTable(at('rows'), 'fits')).toEqual(table.rows);
        expect(openTable(at('rows'), 'fits').columns).toEqual(table.columns);
        expect(await readParquet(at('rows/fits.parquet'), table.columns)).toEqual(table.rows);
        expect(written).toEqual({
          rows: table.rows.length,
          arrow: sha256OfFile(at('rows/fits.arrow')),
          parquet: sha256OfFile(at('rows/fits.parquet')),
        });
      }),
      { numRuns: 50 },
    );
  });

  it('has the same bytes whatever batches it is made of', () => {
    fc.assert(
      fc.property(tables, fc.integer({ min: 1, max: 20 }), (table, perBatch) => {
        const { columns, rows } = table;
        const whole = writeRows(at('whole'), 'steps', columns, rows as object[]);
        expect(writeTable(at('cut'), 'steps', columns, batches(table, perBatch))).toEqual(whole);
      }),
      { numRuns: 50 },
    );
  });

  it('has columns that are the same for all rows of a part', () => {
    const { columns, rows } = run;
    const all = { run: int32('run'), ...columns, note: nullable(utf8('note')) };
    const parts = function* () {
      for (const batch of batches({ columns, rows: rows(2) }, 10)) yield { batch, constants: { run: 0, note: null } };
      for (const batch of batches({ columns, rows: rows(3) }, 2)) yield { batch, constants: { run: 1, note: 'λ' } };
    };
    writeTable(at('parts'), 'steps', all, parts());
    expect(readTable(at('parts'), 'steps')).toEqual([
      ...rows(2).map((row) => ({ run: 0, ...row, note: null })),
      ...rows(3).map((row) => ({ run: 1, ...row, note: 'λ' })),
    ]);
  });

  it('refuses a constant that its column cannot hold, and rows with other keys', () => {
    const { columns, rows } = run;
    const parts = [...batches({ columns, rows: rows(2) }, 10)].map((batch) => ({ batch, constants: { run: 0.5 } }));
    expect(() => writeTable(at('wrong'), 'steps', { run: int32('run'), ...columns }, parts)).toThrow(
      new TypeError('steps: run must be an integer from -2147483648 to 2147483647, got 0.5 in row 0'),
    );
    expect(() => writeRows(at('wrong'), 'runs', columns, [{ step: 1 }])).toThrow(
      /^runs: the columns loss, drift, sharpness/,
    );
    expect(fs.readdirSync(at('wrong'))).toEqual([]);
  });

  it('leaves both files as they were if one cannot be written', () => {
    const { columns, rows } = run;
    writeRows(at('both'), 'steps', columns, rows(2));
    const before = ['steps.arrow', 'steps.parquet'].map((name) => sha256OfFile(at(`both/${name}`)));
    const fails = function* () {
      yield* rows(3);
      throw new Error('broken');
    };
    expect(() => writeRows(at('both'), 'steps', columns, fails())).toThrow('broken');
    expect(fs.readdirSync(at('both')).map((name) => sha256OfFile(at(`both/${name}`)))).toEqual(before);
  });
});
