import fs from 'node:fs';
import { RecordBatchReader, tableFromIPC } from 'apache-arrow';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { float64, int32 } from '../../src/columns.ts';
import { BatchBuilder } from '../../src/tables/batch-builder.ts';
import { ArrowFileWriter } from '../../src/tables/file-writer.ts';
import { ParquetFileWriter } from '../../src/tables/parquet-file-writer.ts';
import { arrowSchema, columnsOfSchema } from '../../src/tables/schema.ts';
import { StreamReader } from '../../src/tables/stream-reader.ts';
import { StreamWriter } from '../../src/tables/stream-writer.ts';
import { writeParts } from '../../src/tables/table-writer.ts';
import { metadataOf, readParquet } from '../operators/sinks/parquet.ts';
import { rowsIn, scratch, type Table, tables } from '../operators/sinks/tables.ts';

const at = scratch();

function writeStream(path: string, { columns, rows }: Table, perBatch = 1024) {
  const stream = StreamWriter.create(path, columns, { rows: perBatch });
  for (const row of rows) stream.push(row);
  stream.finish();
  return new StreamReader(path);
}

/** Both files of a table whose rows come in batches of `perBatch`. */
function writeFiles(name: string, table: Table, perBatch: number) {
  const parts = function* () {
    for (const batch of writeStream(at(`${name}.arrows`), table, perBatch).batches()) yield { batch };
  };
  return writeParts(table.columns, parts(), [
    () => new ArrowFileWriter(at(`${name}.arrow`), table.columns),
    () => new ParquetFileWriter(at(`${name}.parquet`), table.columns),
  ]);
}

describe('arrowSchema', () => {
  it('states label, matrix and summary of a column that has them, beside unit and meaning', () => {
    const summary = [{ row: 'first', name: 'initial' }, 'last'] as const;
    const columns = {
      x: float64('λ₁', { unit: '1/η', label: 'sharpness', matrix: 'hessian', summary }),
      y: int32('n'),
    };
    const [x, y] = arrowSchema(columns).fields.map(({ metadata }) => Object.fromEntries(metadata));
    expect(x).toEqual({
      ...{ unit: '1/η', about: 'λ₁', label: 'sharpness', matrix: 'hessian' },
      summary: '[{"row":"first","name":"initial"},{"row":"last"}]',
    });
    expect(y).toEqual({ unit: '1', about: 'n' });
  });

  it.each(['last', '{}', '[1]', '[{"row":"middle"}]', '[null]'])(
    'is read without the summary %s of another program',
    (text) => {
      const schema = arrowSchema({ x: float64('λ₁') });
      schema.fields[0]!.metadata.set('summary', text);
      expect(columnsOfSchema(schema)).toEqual({ x: float64('λ₁') });
    },
  );

  it('is undone by columnsOfSchema, units, meanings and details included', () => {
    fc.assert(
      fc.property(tables, ({ columns }) => {
        expect(columnsOfSchema(arrowSchema(columns))).toEqual(columns);
      }),
    );
  });
});

describe('a table on disk', () => {
  it('gives back every cell of a stream, and its columns', () => {
    fc.assert(
      fc.property(tables, fc.integer({ min: 1, max: 50 }), (table, perBatch) => {
        const stream = writeStream(at('a.arrows'), table, perBatch);
        expect(rowsIn(stream.batches())).toEqual(table.rows);
        expect([stream.columns, stream.rows, stream.finished, stream.damage]).toEqual([
          table.columns,
          table.rows.length,
          true,
          null,
        ]);
        expect([stream.row(0), stream.row(-1)]).toEqual([table.rows[0], table.rows.at(-1)]);
      }),
    );
  });

  it('gives back every cell of an Arrow file, to apache-arrow and to our own reader', () => {
    fc.assert(
      fc.property(tables, fc.integer({ min: 1, max: 50 }), (table, perBatch) => {
        writeFiles('b', table, perBatch);
        const read = tableFromIPC(fs.readFileSync(at('b.arrow')));
        expect(columnsOfSchema(read.schema)).toEqual(table.columns);
        expect(rowsIn(table.rows.length ? read.batches : [])).toEqual(table.rows);
        expect(rowsIn(new StreamReader(at('b.arrow')).batches())).toEqual(table.rows);
      }),
    );
  });

  it('gives back every cell of a Parquet file, with the Arrow schema beside them', async () => {
    await fc.assert(
      fc.asyncProperty(tables, async (table) => {
        writeFiles('c', table, 1024);
        expect(await readParquet(at('c.parquet'), table.columns)).toEqual(table.rows);
        const { key_value_metadata: pairs } = metadataOf(at('c.parquet'));
        const message = Buffer.from(pairs!.find(({ key }) => key === 'ARROW:schema')!.value!, 'base64');
        expect(columnsOfSchema(RecordBatchReader.from(message).open().schema)).toEqual(table.columns);
      }),
    );
  });

  it('has the same bytes however its rows were batched before', () => {
    fc.assert(
      fc.property(tables, fc.integer({ min: 1, max: 20 }), (table, perBatch) => {
        expect(writeFiles('d', table, perBatch)).toEqual(writeFiles('e', table, 1024));
      }),
    );
  });

  it('is cut into 65,536 rows, whatever came in', () => {
    const { columns, rows } = {
      columns: { step: arrowStep },
      rows: Array.from({ length: 70_000 }, (_, step) => ({ step })),
    };
    writeFiles('f', { columns, rows }, 1000);
    const lengths = [...new StreamReader(at('f.arrow')).batches()].map(({ numRows }) => numRows);
    expect(lengths).toEqual([65_536, 4464]);
    const { row_groups: groups } = metadataOf(at('f.parquet'));
    expect(groups.map(({ num_rows }) => Number(num_rows))).toEqual(lengths);
  });

  it('says of unsigned numbers in Parquet only what every reader takes', () => {
    const u = { arrow: 'uint32', unit: '1', about: 'u', nullable: false } as const;
    writeFiles('i', { columns: { u }, rows: [{ u: 0xffff_ffff }] }, 1);
    // pyarrow refuses the newer annotation as the writer encodes it: its bit width is no byte
    const { converted_type, logical_type } = metadataOf(at('i.parquet')).schema[1]!;
    expect([converted_type, logical_type]).toEqual(['UINT_32', undefined]);
  });

  it('has one bit pattern for every NaN', () => {
    const columns = { x: arrowX, xs: arrowXs };
    const [negative] = new Float64Array(Uint32Array.of(1, 0xfff8_0000).buffer);
    const write = (name: string, x: number) =>
      writeFiles(name, { columns, rows: [{ x, xs: Float64Array.of(x) }] }, 1).sha256;
    expect(write('g', negative!)).toEqual(write('h', NaN));
  });
});

const arrowStep = { arrow: 'int32', unit: 'step', about: 'updates', nullable: false } as const;
const arrowX = { arrow: 'float64', unit: '1', about: 'x', nullable: false } as const;
const arrowXs = { arrow: 'list<float64>', unit: '1', about: 'x', nullable: false } as const;

describe('BatchBuilder', () => {
  it('closes a batch early whose lists have grown to 4 Mi entries, and cuts other batches there as well', () => {
    const columns = { xs: arrowXs };
    const million = { xs: new Float64Array(1_500_000) };
    const builder = new BatchBuilder(columns, { rows: 1000 });
    const lengths: number[] = [];
    const whole = new BatchBuilder(columns, { rows: 1000 });
    for (let i = 0; i < 4; i++) {
      builder.push(million);
      whole.push(million);
      if (builder.full) lengths.push(builder.take().numRows);
    }
    expect(lengths).toEqual([3]);
    const batch = whole.take();
    const cut = new BatchBuilder(columns, { rows: 1000 });
    expect([cut.append(batch), cut.full]).toEqual([3, true]);
  });
});
