import { describe, expect, expectTypeOf, it } from 'vitest';
import * as declarations from '../src/columns.ts';
import {
  type Columns,
  float64,
  float64s,
  int32,
  nullable,
  nullables,
  ofRun,
  utf8,
  type Values,
} from '../src/columns.ts';

const { nullable: _, nullables: __, ofRun: ___, isColumn, ...constructors } = declarations;
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

  it('becomes one of the whole run in a copy, nullable or not', () => {
    const plain = int32('n', 'step');
    expect(nullable(ofRun(plain))).toEqual({ ...plain, nullable: true, ofRun: true });
    expect(plain).not.toHaveProperty('ofRun');
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
