import fs from 'node:fs';
import { tableFromIPC } from 'apache-arrow';
import { lastValueFrom, tap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { toArrow } from '../../../src/operators/sinks/to-arrow.ts';
import { columnsOfSchema } from '../../../src/tables/schema.ts';
import { StreamReader } from '../../../src/tables/stream-reader.ts';
import { run } from './run.ts';
import { rowsIn, scratch } from './tables.ts';
import { finite, part, writesTables } from './writes-tables.ts';

const at = scratch();

describe('toArrow', () => {
  writesTables('toArrow', toArrow, (path) => rowsIn(new StreamReader(path).batches()));

  it('leaves units and meanings in the metadata of the fields', async () => {
    await lastValueFrom(finite(1).pipe(toArrow(at('units.arrow'))));
    const { schema } = tableFromIPC(fs.readFileSync(at('units.arrow')));
    expect(columnsOfSchema(schema)).toEqual(run.columns);
  });

  it('has written a row before it hands it on', () => {
    const rows: number[] = [];
    const watch = tap(() => rows.push(part(at('order.arrow')).rows));
    finite(3)
      .pipe(toArrow(at('order.arrow'), { rows: 1 }), watch)
      .subscribe();
    expect(rows).toEqual([1, 2, 3]);
  });
});
