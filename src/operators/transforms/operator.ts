import type { z } from 'zod';
import type { Columns, Values } from '../../columns.ts';
import { type Given, parseOptions, requireSchema } from '../../options.ts';
import type { Need } from '../../requirements.ts';
import type { RunFacts } from '../../state.ts';
import { type Adds, type At, type Context, type Measurement, measure, measureEvery } from './measure.ts';

/** Declaration of an operator: each thing once. */
export interface Declaration<C extends Columns, O extends z.ZodObject> {
  /**
   * Schema of the options: their types, defaults, checks and documentation, in code and in specs.
   */
  readonly options: O;
  /** Columns that it adds. */
  readonly columns: C;
  /** Columns of a call whose options change them. */
  readonly columnsFor?: (options: z.output<O>) => Columns;
  /** Columns that it reads. */
  readonly reads?: readonly string[] | ((options: z.output<O>) => readonly string[]);
  /** Operator that adds a column it reads, for a message. */
  readonly addedBy?: Readonly<Record<string, string>>;
  /** True if it needs every step of the run; see `Requirement.everyStep`. */
  readonly everyStep?: boolean;
  /** Parts of the objective that it needs. */
  readonly needs?: readonly Need[] | ((options: z.output<O>) => readonly Need[]);
  /** Throws if the run behind the rows does not suit it; see `Requirement.check`. */
  readonly check?: (run: RunFacts | null, options: z.output<O>, columns: Columns) => void;
}

/** Function that makes an operator, with what a registry needs to know of it. */
export interface Operator<S extends object, C extends Columns, O extends z.ZodObject> {
  <const G extends Given<O>>(
    ...options: Record<never, never> extends Given<O> ? [options?: G] : [options: G]
  ): Adds<S, At<G, C>>;
  readonly options: O;
  readonly columns: C;
}

/**
 * Makes an operator that adds columns and takes its options as one object.
 *
 * An option `every: n` makes it measure at steps divisible by n only, `every: [0, 10, 100]` at
 * these steps; the columns are then null in between.
 *
 * @param name  Name of the function, in messages and in specs.
 * @param start Called once per subscriber with the checked options. It returns what measures a row,
 *   and what can `snapshot` and `restore` its memory.
 * @example
 * const distance = operator(
 *   'distance',
 *   {
 *     options: z.strictObject({ scale: z.number().positive().default(1) }),
 *     columns: { distance: float64('‖θₜ‖') },
 *   },
 *   ({ scale }) => ({
 *     row: ({ state }: { readonly state: State }) => ({
 *       distance: scale * Math.hypot(...state.theta),
 *     }),
 *     ...memoryless,
 *   }),
 * );
 * gradientDescent({ objective: L, theta0: L.start(), learningRate: 0.1 })
 *   .pipe(take(3), distance({ scale: 2 }));
 */
export function operator<S extends object, C extends Columns, O extends z.ZodObject, M>(
  name: string,
  declaration: Declaration<C, O>,
  start: (options: z.output<O>, context: Context) => Measurement<S, Values<C>, M>,
): Operator<S, C, O> {
  const { options: schema, columns, columnsFor = () => columns, reads = [], needs = [] } = declaration;
  const { addedBy, everyStep, check } = declaration;
  requireSchema('operator', name, schema);
  const make = (given: unknown = {}) => {
    const options = parseOptions(name, schema, given);
    const { every = 1 } = options as { readonly every?: unknown };
    const requirement = {
      operator: name,
      reads: typeof reads === 'function' ? reads(options) : reads,
      addedBy,
      everyStep,
      options,
      needs: typeof needs === 'function' ? needs(options) : needs,
      check: check && ((run: RunFacts | null, above: Columns) => check(run, options, above)),
    };
    const added = columnsFor(options) as C;
    const begin = (context: Context) => start(options, context);
    if (every === 1 || !(typeof every === 'number' || isList(every))) return measure(added, begin, requirement);
    // every row with a `state` has a step
    const sparse = begin as unknown as (context: Context) => Measurement<S & { readonly step: number }, Values<C>, M>;
    return measureEvery(every, added, sparse, requirement);
  };
  Object.defineProperty(make, 'name', { value: name });
  return Object.assign(make, { options: schema, columns }) as unknown as Operator<S, C, O>;
}

const isList = (every: unknown): every is readonly number[] => Array.isArray(every);
