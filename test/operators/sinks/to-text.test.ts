import fs from 'node:fs';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { lastValueFrom, map, of, take, toArray } from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { type Columns, float64, listOf, nullable, utf8 } from '../../../src/columns.ts';
import { plainRow } from '../../../src/operators/sinks/plain-row.ts';
import { toArrow } from '../../../src/operators/sinks/to-arrow.ts';
import { toCsv } from '../../../src/operators/sinks/to-csv.ts';
import { toNdjson } from '../../../src/operators/sinks/to-ndjson.ts';
import { gradientDescent } from '../../../src/operators/sources/gradient-descent.ts';
import { Stream } from '../../../src/stream.ts';
import { quadratic } from '../../helpers/quadratic.ts';
import { run } from './run.ts';
import { type Row, scratch, type Table, tables } from './tables.ts';
import { writesTables } from './writes-tables.ts';

const at = scratch();
const text = (path: string) => fs.readFileSync(path, 'utf8');
const save = ({ columns, rows }: Table, sink: ReturnType<typeof toCsv>) =>
  lastValueFrom(new Stream<object>({ columns }, (s) => of(...rows).subscribe(s)).pipe(sink), {
    defaultValue: undefined,
  });

/** Reads a cell of CSV by its column; quotes tell an empty text from a null. */
function cellOf(columns: Columns, name: string, { value, quoted }: { value: string; quoted: boolean }): unknown {
  const column = columns[name]!;
  const list = listOf(column);
  if (value === '' && !quoted) return null;
  if (list) return list.from(value === '[]' ? [] : value.slice(1, -1).split(',').map(Number));
  if (column.arrow === 'bool') return value === 'true';
  return column.arrow === 'utf8' ? value : Number(value);
}

function readCsv(path: string, columns: Columns): Row[] {
  const [names, ...rows] = parse(text(path), {
    cast: (value, { quoting }) => ({ value, quoted: quoting }),
    relax_column_count: true,
  }) as unknown as { value: string; quoted: boolean }[][];
  expect(names!.map(({ value }) => value)).toEqual(Object.keys(columns));
  return rows.map((cells) =>
    Object.fromEntries(Object.keys(columns).map((name, c) => [name, cellOf(columns, name, cells[c]!)])),
  );
}

const readNdjson = (path: string, columns: Columns): Row[] =>
  text(path)
    .split('\n')
    .slice(0, -1)
    .map((line) =>
      Object.fromEntries(
        Object.entries(JSON.parse(line) as Row).map(([name, cell]) => {
          const list = listOf(columns[name]!);
          if (cell === null) return [name, null];
          if (list) return [name, list.from((cell as number[]).map(Number))];
          return [name, columns[name]!.arrow === 'float64' ? Number(cell) : cell];
        }),
      ),
    );

describe('toCsv', () => {
  writesTables('toCsv', toCsv, (path) => readCsv(path, run.columns));

  it('reads back as the same cells, to the bit: −0, NaN, infinities, nulls and empty texts', async () => {
    await fc.assert(
      fc.asyncProperty(tables, async (table) => {
        // one empty cell alone is an empty line
        const columns = { ...table.columns, end: utf8('keeps lines from being empty') };
        const rows = table.rows.map((row) => ({ ...row, end: 'x' }));
        await save({ columns, rows }, toCsv(at('a.csv')));
        expect(readCsv(at('a.csv'), columns)).toEqual(rows);
      }),
      { numRuns: 60 },
    );
  });

  it('is named by a sink of another format that is given its ending', () => {
    expect(() => toArrow('x.csv')).toThrow('toArrow: path must not end in .csv, which is what toCsv writes, got x.csv');
    expect(() => toCsv('x.jsonl')).toThrow('toCsv: path must not end in .jsonl, which is what toNdjson writes');
  });

  it('writes names, numbers, lists and texts so', async () => {
    const columns = { 'a,"b"': nullable(float64('x')), t: utf8('text'), drift: run.columns.drift };
    const row = (x: number | null, t: string, drift: number[]) => ({ 'a,"b"': x, t, drift: Float64Array.from(drift) });
    const rows = [row(0.1, 'λ, "so"', [1, -0.5]), row(null, '', []), row(Number.NaN, 'two\nlines', [Infinity])];
    await save({ columns, rows }, toCsv(at('b.csv')));
    expect(text(at('b.csv'))).toBe(
      '"a,""b""",t,drift\n0.1,"λ, ""so""","[1,-0.5]"\n,"","[]"\nNaN,"two\nlines","[Infinity]"\n',
    );
  });
});

describe('toNdjson', () => {
  writesTables('toNdjson', toNdjson, (path) => readNdjson(path, run.columns));

  it('reads back as the same cells, to the bit', async () => {
    await fc.assert(
      fc.asyncProperty(tables, async (table) => {
        await save(table, toNdjson(at('a.ndjson')));
        expect(readNdjson(at('a.ndjson'), table.columns)).toEqual(table.rows);
      }),
      { numRuns: 60 },
    );
  });

  it('writes what JSON.stringify makes of a plain row', async () => {
    await save({ columns: run.columns, rows: run.rows(20) }, toNdjson(at('b.ndjson')));
    const lines = run.rows(20).map((row) => JSON.stringify(plainRow(row)));
    expect(text(at('b.ndjson')).replaceAll('-0.0', '0')).toBe(`${lines.join('\n')}\n`);
  });
});

describe('plainRow', () => {
  const rows = () =>
    gradientDescent({ objective: quadratic(2), theta0: Float64Array.of(1), learningRate: 0.1 }).pipe(take(2));

  it('leaves state out, makes arrays of lists, and texts of what JSON has no word for', async () => {
    const json = await lastValueFrom(
      rows().pipe(
        map((row) =>
          JSON.stringify(plainRow({ ...row, x: Number.NaN, y: -Infinity, z: null, list: Float64Array.of(1, NaN) })),
        ),
        toArray(),
      ),
    );
    const { state: _, ...first } = { state: 0, ...JSON.parse(json[0]!) };
    expect(json[0]).not.toContain('state');
    expect(first).toEqual({
      ...{ step: 0, learningRate: 0.1, loss: 1, weightNormSq: [1], gradientNormSq: [4] },
      ...{ x: 'NaN', y: '-Infinity', z: null, list: [1, 'NaN'] },
    });
  });

  it('has the type of its row, without state', () => {
    const plain = plainRow({ step: 1, drift: Float64Array.of(1), regime: 'crossed', state: {} });
    expectTypeOf(plain.drift).toEqualTypeOf<(number | string)[]>();
    expectTypeOf(plain).not.toHaveProperty('state');
    expect(plain).toEqual({ step: 1, drift: [1], regime: 'crossed' });
  });

  it('is not needed to leave state out: JSON.stringify of a row has none', async () => {
    const text = await lastValueFrom(rows().pipe(map((row) => JSON.stringify(row))));
    expect(Object.keys(JSON.parse(text))).toEqual(['step', 'learningRate', 'loss', 'weightNormSq', 'gradientNormSq']);
  });
});
