import { describe, expect, expectTypeOf, it } from 'vitest';
import * as declarations from '../src/columns.ts';
import {
  type Columns,
  checkColumns,
  float64,
  float64s,
  int32,
  isColumn,
  isNumeric,
  labelOf,
  listOf,
  nullable,
  nullables,
  summariesOf,
  summarizedBy,
  utf8,
  type Values,
} from '../src/columns.ts';

const { float64: f, int32: i, uint32: u, bool: b, utf8: t, float64s: fs, int32s: is } = declarations;
const constructors = { float64: f, int32: i, uint32: u, bool: b, utf8: t, float64s: fs, int32s: is };
const arrow = {
  float64: 'float64',
  int32: 'int32',
  uint32: 'uint32',
  bool: 'bool',
  utf8: 'utf8',
  float64s: 'list<float64>',
  int32s: 'list<int32>',
} as const satisfies Record<keyof typeof constructors, string>;

describe('a column', () => {
  it.each(Object.keys(arrow) as (keyof typeof arrow)[])(
    'declared by %s has that Arrow type, a meaning and a unit',
    (name) => {
      expect(constructors[name]('λ', '1/η')).toEqual({ arrow: arrow[name], unit: '1/η', about: 'λ', nullable: false });
    },
  );

  it('is told from what only looks like one', () => {
    expect(isColumn(nullable(float64('λ')))).toBe(true);
    for (const none of ['float64', null, undefined, {}, { arrow: 'f8' }, float64]) expect(isColumn(none)).toBe(false);
  });

  it('has the unit 1 unless it is told another', () => {
    expect(float64('a ratio').unit).toBe('1');
  });

  it('takes its unit alone, or among other details', () => {
    expect(float64('λ₁', { unit: '1/η', label: 'sharpness', matrix: 'hessian' })).toEqual({
      ...float64('λ₁', '1/η'),
      label: 'sharpness',
      matrix: 'hessian',
    });
    expect(float64('λ₁', {})).toEqual(float64('λ₁'));
    expect(() => float64('λ₁', { lable: 'sharpness' } as object)).toThrow(
      new TypeError('column "λ₁": expected options among unit, label, matrix, summary, got lable'),
    );
  });

  it('is summarized in a copy, nullable or not, by one row or several', () => {
    const plain = int32('n', 'step');
    const summary = [{ row: 'lastMeasured' }];
    expect(nullable(summarizedBy('lastMeasured', plain))).toEqual({ ...plain, nullable: true, summary });
    expect(summarizedBy('lastMeasured', nullable(plain))).toEqual({ ...plain, nullable: true, summary });
    expect(int32('n', { unit: 'step', summary: 'lastMeasured' })).toEqual({ ...plain, summary });
    expect(plain).not.toHaveProperty('summary');
    const two = summarizedBy([{ row: 'first', name: 'start' }, 'last'], plain);
    expect(summariesOf(two)).toEqual([{ row: 'first', name: 'start' }, { row: 'last' }]);
    expect(() => summarizedBy('middle' as 'last', plain)).toThrow(
      new RangeError('summarizedBy: a row must be one of first, last, lastMeasured, got middle'),
    );
  });

  it('is summarized by its last measured value if it holds a double and says nothing else', () => {
    expect(summariesOf(nullable(float64('x')))).toEqual([{ row: 'lastMeasured' }]);
    expect(summariesOf(float64('x', { summary: 'none' }))).toEqual([]);
    for (const make of [i, u, b, t, fs, is]) expect(summariesOf(make('x'))).toEqual([]);
  });

  it('is known by its kind as a number to fit, and as a list', () => {
    const made = [f, i, u, b, t, fs, is].map((make) => make('x'));
    expect(made.map(isNumeric)).toEqual([true, true, true, false, false, true, false]);
    expect(made.map(listOf)).toEqual([null, null, null, null, null, Float64Array, Int32Array]);
  });

  it('has a label: its own, or its name in words', () => {
    expect(labelOf('hessianTrace', float64('x'))).toBe('hessian trace');
    expect(labelOf('hessianTrace', float64('x', { label: 'tr H' }))).toBe('tr H');
  });

  it.each([
    ['""', { '': float64('x') }],
    ['__proto__', { ['__proto__']: float64('x') }],
    ['__proto__', { __proto__: float64('x') }],
  ])('is refused under the name %s', (name, columns) => {
    const error = new TypeError(`column ${name}: a name must not be empty, __proto__ or state; rename the column`);
    expect(() => checkColumns(columns as Columns)).toThrow(error);
    expect(() => nullables(columns as Columns)).toThrow(error);
  });

  it('may have the name of a method of every object', () => {
    expect(() => checkColumns({ constructor: float64('x'), toString: float64('y') } as Columns)).not.toThrow();
  });

  it('becomes nullable in a copy; the original stays as it was', () => {
    const plain = int32('n', 'step');
    expect(nullable(plain)).toEqual({ ...plain, nullable: true });
    expect(plain.nullable).toBe(false);
  });

  it('becomes nullable with its whole set, names and order kept', () => {
    const set = { b: int32('b'), a: float64s('a') };
    expect(nullables(set)).toEqual({ b: nullable(set.b), a: nullable(set.a) });
    expect(Object.keys(nullables(set))).toEqual(['b', 'a']);
  });

  it('gives the row its type', () => {
    const set = { n: int32('n'), name: utf8('name'), laws: float64s('laws'), at: nullable(float64('at')) };
    expectTypeOf<Values<typeof set>>().toEqualTypeOf<{
      n: number;
      name: string;
      laws: Float64Array;
      at: number | null;
    }>();
    const none = nullables(set);
    expectTypeOf<Values<typeof none>['name']>().toEqualTypeOf<string | null>();
    expectTypeOf(set).toExtend<Columns>();
    // @ts-expect-error a number does not stand in a column of texts
    const row: Values<typeof set> = { n: 1, name: 2, laws: new Float64Array(), at: null };
    expect(row).toBeTypeOf('object');
  });
});
