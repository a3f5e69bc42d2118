import {
  asapScheduler,
  concat,
  EMPTY,
  filter,
  from,
  lastValueFrom,
  map,
  merge,
  type Observable,
  type ObservedValueOf,
  of,
  pairwise,
  pipe,
  share,
  skip,
  subscribeOn,
  take,
  takeWhile,
  tap,
  toArray,
} from 'rxjs';
import { describe, expect, expectTypeOf, it, vi } from 'vitest';
import { type Columns, float64, int32 } from '../src/columns.ts';
import { conservation } from '../src/operators/measures/conservation.ts';
import { hessian, sharpness } from '../src/operators/measures/hessian.ts';
import { type Step, columns as stepColumns } from '../src/operators/sources/descend.ts';
import { gradientDescent } from '../src/operators/sources/gradient-descent.ts';
import { derive } from '../src/operators/transforms/derive.ts';
import { ema } from '../src/operators/transforms/ema.ts';
import { every } from '../src/operators/transforms/every.ts';
import { measure, measureEvery } from '../src/operators/transforms/measure.ts';
import { untilDiverged } from '../src/operators/transforms/until-diverged.ts';
import { addColumns, columnsOf, isStream, passThrough, Stream } from '../src/stream.ts';
import { stoppedClock } from './helpers/clock.ts';
import { rowsOf } from './helpers/operators.ts';
import { quadratic } from './helpers/quadratic.ts';

stoppedClock();

const L = quadratic(3, 1);
const run = (objective = L) => gradientDescent({ objective, theta0: Float64Array.of(1, 1), learningRate: 0.1 });
/** An operator whose rows the compiler does not follow: what is tested with it is what happens at run time. */
const untyped = (operator: unknown) => operator as <R>(source: Observable<R>) => Stream<R>;
const adds = (name: string, reads: string[] = []) =>
  untyped(
    derive({ [name]: int32(`added by ${name}`) }, ({ step }: { step: number }) => ({ [name]: step }), {
      operator: name,
      reads,
    }),
  );
/** Drops nothing; what it returns is a plain Observable. */
const plainly = <R>(source: Observable<R>) => filter<R>(() => true)(source);
type Tuple7<T> = [T, T, T, T, T, T, T];
const names = (source: unknown) => Object.keys(columnsOf(source));
const base = Object.keys(stepColumns);
const steps = (n: number) => from(Array.from({ length: n }, (_, step) => ({ step })));

describe('a stream', () => {
  it('knows its columns before the first row, and without a subscriber', () => {
    expect(names(run().pipe(sharpness(), adds('a')))).toEqual([
      ...base,
      ...Object.keys(columnsOf(run().pipe(sharpness()))).slice(base.length),
      'a',
    ]);
    expect(columnsOf(run())).toEqual(stepColumns);
  });

  it('has in its rows the columns that it says, and state', async () => {
    const chain = run().pipe(conservation(), adds('a'), take(1));
    const row = await lastValueFrom(chain);
    expect(Object.keys(row).sort()).toEqual(['state', ...names(chain)].sort());
  });

  it('keeps its columns through operators of rxjs that drop rows or pass them on', () => {
    const chain = run().pipe(
      take(5),
      filter(({ step }) => step > 1),
      skip(1),
      takeWhile(({ loss }) => loss > 0),
      tap(() => {}),
    );
    expect(isStream(chain)).toBe(true);
    expect(names(chain)).toEqual(base);
    expectTypeOf<ObservedValueOf<typeof chain>>().toEqualTypeOf<Step>();
  });

  it('gives the values of rxjs operators that make something else of its rows', async () => {
    const losses = run().pipe(
      map(({ loss }) => loss),
      take(2),
    );
    expectTypeOf<ObservedValueOf<typeof losses>>().toEqualTypeOf<number>();
    expect(await lastValueFrom(losses.pipe(toArray()))).toEqual([2, (3 * 0.7 ** 2 + 0.9 ** 2) / 2]); // ½Σhᵢθᵢ², θᵢ ← (1 − ηhᵢ)θᵢ
    const pairs = run().pipe(pairwise(), take(1));
    expectTypeOf<ObservedValueOf<typeof pairs>>().toEqualTypeOf<[Step, Step]>();
    expect((await lastValueFrom(pairs)).map(({ step }) => step)).toEqual([0, 1]);
    const both = merge(run().pipe(take(1)), run().pipe(take(1)));
    expect(isStream(both)).toBe(false);
    expect(names(both)).toEqual([]);
  });

  it('is itself where nothing is piped', () => {
    const source = run();
    expect(source.pipe()).toBe(source);
  });

  it('runs a chain of more operators than its types follow', async () => {
    const [a, b, c, d, e, f, g] = [...'abcdefg'].map((name) => adds(name)) as Tuple7<ReturnType<typeof adds>>;
    const [h, i, j, k, l, m, n] = [...'hijklmn'].map((name) => adds(name)) as Tuple7<ReturnType<typeof adds>>;
    const chain = run().pipe(a, b, c, d, e, f, g, h, i, j, k, l, m, n);
    expectTypeOf<ObservedValueOf<typeof chain>>().toBeUnknown();
    expect(names(chain)).toEqual([...base, ...'abcdefghijklmn']);
    for (const row of await rowsOf(
      chain.pipe(
        take<unknown>(2),
        map((row) => row as Record<string, unknown>),
      ),
    )) {
      for (const name of 'abcdefghijklmn') expect(row[name]).toBe(row['step']);
    }
  });

  it('types a chain of twelve', () => {
    const a = adds('a');
    const twelve = run().pipe(
      take(9),
      take(8),
      take(7),
      take(6),
      take(5),
      take(4),
      take(3),
      take(2),
      take(2),
      take(1),
      skip(0),
      ema('loss'),
    );
    expectTypeOf<ObservedValueOf<typeof twelve>>().toHaveProperty('lossEma').toBeNumber();
    expect(names(twelve.pipe(a))).toEqual([...base, 'lossEma', 'a']);
  });

  it('is recognised by its brand, whatever copy of the module made it', async () => {
    vi.resetModules();
    const other = await import('../src/stream.ts');
    expect(other.Stream).not.toBe(Stream);
    const foreign = new other.Stream<{ step: number }>({ columns: { step: int32('step') } }, (s) =>
      of({ step: 1 }).subscribe(s),
    );
    expect(foreign).not.toBeInstanceOf(Stream);
    expect(isStream(foreign)).toBe(true);
    const measured = adds('a')(foreign as unknown as Stream<{ step: number }>);
    expect(names(measured)).toEqual(['step', 'a']);
    expect(await lastValueFrom(measured)).toEqual({ step: 1, a: 1 });
    const { derive: foreignDerive } = await import('../src/operators/transforms/derive.ts');
    const mixed = run().pipe(
      foreignDerive({ b: int32('b') }, () => ({ b: 2 })) as unknown as ReturnType<typeof adds>,
      take(1),
    );
    expect(names(mixed)).toEqual([...base, 'b']);
  });

  it('is not anything else', () => {
    for (const thing of [EMPTY, null, undefined, 1, 'x', {}, () => {}]) expect(isStream(thing)).toBe(false);
  });
});

describe('a chain', () => {
  it('refuses a column twice when it is assembled', () => {
    expect(() => run().pipe(adds('a'), adds('b'), adds('a'))).toThrow(
      new TypeError('the stream already has the column a: rename one of the two'),
    );
    expect(() => run().pipe(adds('loss'))).toThrow(
      new TypeError('the stream already has the column loss: rename one of the two'),
    );
  });

  it('refuses to read a column that nothing above adds when it is assembled, whoever reads it', () => {
    const there = base.join(', ');
    expect(() => run().pipe(adds('a', ['sharpness']))).toThrow(
      new TypeError(
        `a: reads the column sharpness, which nothing above adds; there are ${there}; derive() declares a column of one’s own`,
      ),
    );
    expect(() => run().pipe(untyped(ema('losss')))).toThrow(
      new TypeError(
        `ema: reads the column losss, which nothing above adds; there are ${there}; derive() declares a column of one’s own`,
      ),
    );
    const bare = new Stream<Step>({ columns: { x: float64('x') } }, () => {});
    expect(() => bare.pipe(every(2))).toThrow(
      new TypeError(
        'every: reads the column step, which nothing above adds; there are x; derive() declares a column of one’s own',
      ),
    );
    expect(() => bare.pipe(untilDiverged())).toThrow(
      new TypeError(
        'untilDiverged: reads the column loss, which nothing above adds; there are x; derive() declares a column of one’s own',
      ),
    );
  });

  it('refuses a column that is none, where no compiler has', () => {
    for (const [wrong, found] of [
      ['f8', '"f8"'],
      [{ arrow: 'double' }, '{"arrow":"double"}'],
      [undefined, 'undefined'],
    ]) {
      expect(() => run().pipe(derive({ x: wrong as never }, () => ({ x: 1 }) as never))).toThrow(
        new TypeError(`column x: expected one made by float64(…), int32(…), utf8(…) …, got ${found}`),
      );
    }
  });

  it('refuses a name that no row can hold, of a source and of an operator', () => {
    const x = float64('x');
    for (const [name, columns] of [
      ['""', { '': x }],
      ['__proto__', { __proto__: x }],
    ] as const) {
      const error = new TypeError(`column ${name}: a name must not be empty, __proto__ or state; rename the column`);
      expect(() => new Stream({ columns: columns as Columns }, () => {})).toThrow(error);
      expect(() => run().pipe(derive(columns as Columns, () => ({}) as never))).toThrow(error);
      expect(() => run().pipe(measureEvery(2, columns as Columns, () => ({}) as never))).toThrow(error);
    }
  });

  it('does not take a column of its own for one above', () => {
    expect(() => run().pipe(adds('a', ['a']))).toThrow('a: reads the column a, which nothing above adds');
  });

  it('refuses an objective that cannot do what an operator needs, when it is assembled', () => {
    const poor = { ...L, products: [] };
    expect(() => run(poor).pipe(sharpness())).toThrow(
      new TypeError('sharpness: needs hvp of the objective, but the source offers gradient'),
    );
    const stateless = new Stream<Step>({ columns: { step: int32('step') } }, () => {});
    expect(() => stateless.pipe(conservation())).toThrow(
      new TypeError('conservation: needs gradient of the objective, but the source has no state to measure'),
    );
    expect(() => run(poor).pipe(conservation())).not.toThrow();
  });

  it('refuses more of an objective than it has parameters, wherever that becomes known', () => {
    const many = () => run().pipe(take(1), untyped(hessian({ k: L.dim + 1 })));
    const message = `hessian: k + bottom must be at most the number of parameters, ${L.dim}, got ${L.dim + 1}`;
    expect(many).toThrow(new RangeError(message));
    const own = pipe(
      filter(() => true),
      untyped(hessian({ k: L.dim + 1 })),
    );
    expect(() => run().pipe(untyped(own))).toThrow(message);
    expect(() => run().pipe(every(2), untyped(hessian({ k: L.dim })))).not.toThrow();
  });

  it('subscribes to nothing while it is assembled', () => {
    const subscribed = vi.fn();
    const source = new Stream<{ step: number }>({ columns: { step: int32('step') } }, subscribed);
    source.pipe(adds('a'), every(2), take(1));
    expect(subscribed).not.toHaveBeenCalled();
  });
});

describe('an operator of one’s own, made with the pipe of rxjs', () => {
  const own = pipe(
    filter(({ step }: Step) => step > 0),
    derive({ doubled: int32('2·step') }, ({ step }: { step: number }) => ({ doubled: 2 * step })),
  );

  it('starts from a plain Observable, and gets the known columns back in the pipe around it', async () => {
    const chain = run().pipe(own, take(1));
    expect(names(chain)).toEqual([...base, 'doubled']);
    expect(chain.shape).toMatchObject({ known: true, pending: [], run: { objective: { products: L.products } } });
    expect((await lastValueFrom(chain)).doubled).toBe(2);
  });

  it('has duplicates and requirements checked there', () => {
    expect(() => run().pipe(adds('doubled'), untyped(own))).toThrow('the stream already has the column doubled');
    const reads = (...columns: string[]) => pipe(plainly, adds('a', columns));
    expect(() => run().pipe(untyped(reads('sharpness')))).toThrow(
      'a: reads the column sharpness, which nothing above adds',
    );
    expect(() => run().pipe(untyped(reads('loss')))).not.toThrow();
    const needy = pipe(plainly, untyped(sharpness()));
    expect(() => run({ ...L, products: [] }).pipe(untyped(needy))).toThrow('sharpness: needs hvp');
    expect(names(run().pipe(untyped(needy)))).toContain('sharpness');
  });

  it('may read what it adds itself, but only above', () => {
    const right = pipe(plainly, adds('a'), adds('b', ['a']));
    const wrong = pipe(plainly, adds('b', ['a']), adds('a'));
    expect(names(run().pipe(untyped(right)))).toEqual([...base, 'a', 'b']);
    expect(() => run().pipe(untyped(wrong))).toThrow('b: reads the column a, which nothing above adds');
  });

  it('finds a duplicate within itself when it is assembled', () => {
    expect(() => run().pipe(untyped(pipe(plainly, adds('a'), adds('a'))))).toThrow('already has the column a');
  });

  it('is known, where it has plain operators of its own in between, by what it adds below the last of them', () => {
    const outer = pipe(pipe(plainly, adds('a'), plainly, adds('b')), adds('c'));
    expect(names(run().pipe(untyped(outer), adds('d')))).toEqual([...base, 'b', 'c', 'd']);
  });

  it('keeps all that it adds where it is made with the pipe of a stream', () => {
    const outer = (source: Observable<Step>) => (source as Stream<Step>).pipe(plainly, adds('a'), plainly, adds('b'));
    expect(names(run().pipe(outer, adds('c')))).toEqual([...base, 'a', 'b', 'c']);
  });
});

describe('rows that nobody has described', () => {
  const plain = () => steps(6);

  it('keep what is added to them, known to lie on an unknown base', () => {
    const a = adds('a')(plain());
    expect(names(a)).toEqual(['a']);
    expect(a.shape.known).toBe(false);
  });

  it('take further operators, one pipe after the other', async () => {
    const a = adds('a')(plain());
    const chain = a.pipe(adds('b'), every(2)).pipe(take(2), adds('c', ['a', 'step']));
    expect(names(chain)).toEqual(['a', 'b', 'c']);
    expect(chain.shape.known).toBe(false);
    expect(await rowsOf(chain as Stream<object>)).toEqual([
      { step: 0, a: 0, b: 0, c: 0 },
      { step: 2, a: 2, b: 2, c: 2 },
    ]);
    expect(() => chain.pipe(adds('b'))).toThrow('the stream already has the column b');
  });

  it('take an operator of one’s own as well', () => {
    const chain = adds('a')(plain()).pipe(untyped(pipe(plainly, adds('b'))));
    expect(names(chain)).toEqual(['a', 'b']);
    expect(() => adds('a')(plain()).pipe(untyped(pipe(plainly, adds('a'))))).toThrow('already has the column a');
  });

  it('are put on the known base with everything that was added on the way', () => {
    const own = (source: Observable<Step>) => adds('a', ['loss'])(plainly(source));
    const longer = (source: Observable<Step>) => own(source).pipe(every(2), adds('b', ['a']));
    expect(names(run().pipe(untyped(longer)))).toEqual([...base, 'a', 'b']);
  });
});

describe('the rows of one subscriber', () => {
  const collecting = () => {
    const rows: object[] = [];
    const keep = <R extends object>(source: Observable<R>) => tap<R>((row) => void rows.push(row))(source);
    return { rows, keep };
  };
  const keysOf = (rows: object[]) => rows.map((row) => Object.keys(row).filter((key) => key !== 'state'));

  it('are not written to below a tap that keeps them', async () => {
    const { rows, keep } = collecting();
    await rowsOf(run().pipe(take(3), keep, adds('a'), adds('b')) as Stream<object>);
    expect(keysOf(rows)).toEqual([base, base, base]);
  });

  it('are not written to below a tap between two operators, or one that passes rows on', async () => {
    const [one, two] = [collecting(), collecting()];
    await rowsOf(
      run().pipe(
        adds('a'),
        one.keep,
        every(1),
        untilDiverged(),
        adds('b'),
        two.keep,
        take(2),
        adds('c'),
      ) as Stream<object>,
    );
    expect(keysOf(one.rows)).toEqual([
      [...base, 'a'],
      [...base, 'a'],
    ]);
    expect(keysOf(two.rows)).toEqual([
      [...base, 'a', 'b'],
      [...base, 'a', 'b'],
    ]);
  });

  it('are not shared with another branch of a shared stream', async () => {
    // both branches are there before the first row comes
    const shared = run().pipe(adds('a'), take(3), subscribeOn(asapScheduler), share());
    const objects: object[] = [];
    const { rows, keep } = collecting();
    const branches = await Promise.all([
      lastValueFrom(
        shared.pipe(
          tap((row) => objects.push(row)),
          keep,
          adds('left'),
          toArray(),
        ),
      ),
      lastValueFrom(
        shared.pipe(
          tap((row) => objects.push(row)),
          adds('right'),
          toArray(),
        ),
      ),
    ]);
    expect(new Set(objects).size).toBe(3); // it was one run, and the branches saw the same objects
    const expected = (...more: string[]) => new Array(3).fill([...base, 'a', ...more]);
    expect(branches.map(keysOf)).toEqual([expected('left'), expected('right')]);
    expect(keysOf(rows)).toEqual(expected());
  });

  it('are not those of an array that is streamed twice', async () => {
    const rows = [{ step: 0 }, { step: 1 }];
    const measured = adds('a')(from(rows));
    expect(await rowsOf(measured as Stream<object>)).toEqual([
      { step: 0, a: 0 },
      { step: 1, a: 1 },
    ]);
    expect(await rowsOf(measured as Stream<object>)).toEqual([
      { step: 0, a: 0 },
      { step: 1, a: 1 },
    ]);
    expect(rows).toEqual([{ step: 0 }, { step: 1 }]);
  });

  it('are the same object all the way down a chain that owns them: columns cost no copies', () => {
    const objects = new Set<object>();
    const seen = (name: string) =>
      measure({ [name]: int32(name) }, () => ({
        row: (row: object) => {
          objects.add(row);
          return { [name]: 1 };
        },
        snapshot: () => null,
        restore: () => {},
      }));
    run().pipe(seen('a'), seen('b'), every(1), seen('c'), take(4)).subscribe();
    expect(objects.size).toBe(4);
  });
});

describe('addColumns', () => {
  it('gives the shape of a source with columns added', () => {
    const a = int32('a');
    expect(addColumns(run(), { a })).toMatchObject({
      columns: { ...stepColumns, a },
      run: { objective: { products: L.products } },
      known: true,
    });
  });
});

describe('passThrough', () => {
  it('keeps the columns and the ownership of the rows it passes on', () => {
    const some = run().pipe(passThrough(filter<Step>(({ step }) => step > 2)));
    expect(names(some)).toEqual(base);
    expect(some.shape.fresh).toBe(true);
    expect(passThrough(filter(() => true))(steps(1)).shape).toMatchObject({ columns: {}, known: false, fresh: false });
  });
});

describe('the type of a row', () => {
  it('is what RxJS infers of a stream', async () => {
    expectTypeOf<ObservedValueOf<Stream<{ a: 1 }>>>().toEqualTypeOf<{ a: 1 }>();
    const last = await lastValueFrom(run().pipe(take(1)));
    expectTypeOf(last).toEqualTypeOf<Step>();
    expect(last.step).toBe(0);
    expectTypeOf(concat(run(), run())).toEqualTypeOf<Observable<Step>>();
    expectTypeOf<Stream<{ a: 1 }>>().toExtend<Observable<{ a: number }>>();
    expectTypeOf<Stream<{ a: string }>>().not.toExtend<Observable<{ a: number }>>();
  });

  it('grows by what an operator adds', () => {
    const measured = run().pipe(sharpness(), take(1), ema('sharpness'));
    expectTypeOf<ObservedValueOf<typeof measured>>().toHaveProperty('sharpnessEma').toBeNumber();
    expectTypeOf<ObservedValueOf<typeof measured>>().toHaveProperty('loss').toBeNumber();
    expect(Object.keys(measured.columns)).toEqual(expect.arrayContaining(['sharpnessEma', 'loss']));
  });

  const pass = () => untyped(take(1));
  // biome-ignore format: a table
  const many = [pass(), pass(), pass(), pass(), pass(), pass(), pass(), pass(), pass(), pass(), pass(), pass()] as const;

  it('does not let a column be read that is not there yet', () => {
    // @ts-expect-error ema reads the column sharpness, which is not there yet
    expect(() => run().pipe(ema('sharpness'), sharpness())).toThrow(TypeError);
    // @ts-expect-error a misspelt column
    expect(() => run().pipe(sharpness(), ema('sharpnes'))).toThrow(TypeError);
    const losses = run().pipe(map(({ loss }) => loss));
    // @ts-expect-error a number has no loss
    losses.pipe(untilDiverged());
    // @ts-expect-error thirteen operators or more are followed as far as the twelfth
    expect(() => run().pipe(ema('los'), ...many)).toThrow(TypeError);
  });
});
