import type { OperatorFunction } from 'rxjs';
import { z } from 'zod';
import { type Columns, isColumn } from '../columns.ts';
import { formatValue } from '../format-value.ts';
import type { FitFacts } from '../operators/aggregates/fold.ts';
import { powerLaw } from '../operators/aggregates/power-law.ts';
import { summarize } from '../operators/aggregates/summarize.ts';
import { accuracy } from '../operators/measures/accuracy.ts';
import { activationSwitching } from '../operators/measures/activation-switching.ts';
import { batchSharpness } from '../operators/measures/batch-sharpness.ts';
import { conservation } from '../operators/measures/conservation.ts';
import { criticalSharpness } from '../operators/measures/critical-sharpness.ts';
import { denseSpectrum } from '../operators/measures/dense-spectrum.ts';
import { edgeOfStability } from '../operators/measures/edge-of-stability.ts';
import { gradientNorm } from '../operators/measures/gradient-norm.ts';
import { hessian } from '../operators/measures/hessian.ts';
import { spectralDensity } from '../operators/measures/spectral-density.ts';
import { trace } from '../operators/measures/trace.ts';
import { updateNorm } from '../operators/measures/update-norm.ts';
import { weightNorm } from '../operators/measures/weight-norm.ts';
import * as ema from '../operators/transforms/ema.ts';
import { explain, formatFault, joinNames } from './explain.ts';

/** An operator that may stand in a spec: its options beside its function. */
export interface Registered {
  readonly options: z.ZodObject;
  /** The options that name a column to read; it must have a number on every row. */
  readonly numbers?: readonly string[] | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: each checks its own options, and its rows when the chain is assembled
  readonly create: (options: any) => OperatorFunction<any, any>;
}

export type Registry = Readonly<Record<string, Registered>>;

/** Entry of an operator that brings its own options. */
const entry = (create: Registered['create'] & { readonly options: z.ZodObject }): Registered => ({
  options: create.options,
  create,
});

/** Operators that `measure` may name. */
export const measures: Registry = {
  conservation: entry(conservation),
  hessian: entry(hessian),
  spectralDensity: entry(spectralDensity),
  trace: entry(trace),
  denseSpectrum: entry(denseSpectrum),
  criticalSharpness: entry(criticalSharpness),
  batchSharpness: entry(batchSharpness),
  activationSwitching: entry(activationSwitching),
  accuracy: entry(accuracy),
  gradientNorm: entry(gradientNorm),
  updateNorm: entry(updateNorm),
  weightNorm: entry(weightNorm),
  edgeOfStability: entry(edgeOfStability),
  ema: {
    options: ema.options,
    numbers: ['of'],
    create: ({ of, ...options }: z.infer<typeof ema.options>) => ema.ema(of, options),
  },
};

/** Fold of the `runs` table that may stand in a spec. */
export interface RegisteredFit extends FitFacts {
  readonly options: z.ZodObject;
  /** Among them `fit`, the id of the fit, and `where`, the axes that its runs share. */
  readonly columns: Columns;
  /** Makes the operator from the options of the spec, the id as `name`, the axes apart as `by`. */
  // biome-ignore lint/suspicious/noExplicitAny: each checks its own options
  readonly create: (options: any) => OperatorFunction<any, any>;
}

export type FitRegistry = Readonly<Record<string, RegisteredFit>>;

/** Folds that `fit` may name. */
export const fits: FitRegistry = { powerLaw, summarize };

const Entry = z.strictObject({
  options: z.custom<z.ZodObject>(isObjectSchema, { error: 'expected a z.strictObject({ … })' }),
  numbers: z.array(z.string()).optional(),
  create: z.custom<Registered['create']>((x) => typeof x === 'function', {
    error: 'expected a function (options) => operator',
  }),
});

const text = z.string();

const FitEntry = z.strictObject({
  options: Entry.shape.options,
  columns: z.custom<Columns>(areFoldColumns, { error: 'expected columns, with fit and where among them as text' }),
  intervals: z.record(text, z.strictObject({ low: text, high: text, method: text })).optional(),
  rivalR2: text.optional(),
  report: z
    .custom<FitFacts['report']>((x) => x === undefined || typeof x === 'function', {
      error: 'expected a function of a row',
    })
    .optional(),
  create: Entry.shape.create,
});

function areFoldColumns(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !Object.values(value).every(isColumn)) return false;
  return ['fit', 'where'].every((name) => Object.hasOwn(value, name) && (value as Columns)[name]!.arrow === 'utf8');
}

// not instanceof: the module may have another copy of zod
function isObjectSchema(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'safeParse' in value && 'shape' in value;
}

/**
 * Reads the operators of a user's own module, which exports
 * `operators = { name: { options, create } }`, as here.
 *
 * @returns none of a module that exports `fits` alone.
 * @throws {TypeError} if the module exports something else, or a name that is taken.
 */
export function registered(module: Readonly<Record<string, unknown>>, taken: Registry): Registry {
  const { operators, fits } = module;
  if (operators === undefined && fits !== undefined) return {};
  if (typeof operators !== 'object' || operators === null) {
    const found =
      operators === undefined
        ? joinNames(Object.keys(module).sort()) || 'no exports'
        : `operators = ${formatValue(operators)}`;
    throw new TypeError(`expected the module to export operators = { name: { options, create } }, got ${found}`);
  }
  requireEntries('operators', operators, taken, 'an operator', Entry);
  return operators as Registry;
}

/**
 * Reads the fits of a user's own module, which exports
 * `fits = { name: { options, columns, create } }`, as here. `fold(...)` makes such an entry.
 *
 * @returns none of a module that exports no `fits`.
 * @throws {TypeError} if an entry is no fit, or takes a name that is taken.
 */
export function registeredFits({ fits = {} }: Readonly<Record<string, unknown>>, taken: FitRegistry): FitRegistry {
  if (typeof fits !== 'object' || fits === null) {
    throw new TypeError(`expected fits = { name: { options, columns, create } }, got fits = ${formatValue(fits)}`);
  }
  requireEntries('fits', fits, taken, 'a fit', FitEntry);
  return fits as FitRegistry;
}

function requireEntries(key: string, entries: object, taken: object, noun: string, schema: z.ZodObject): void {
  for (const [name, entry] of Object.entries(entries)) {
    if (Object.hasOwn(taken, name)) {
      throw new TypeError(`${key}.${name}: expected a new name for ${noun}, got one that is taken`);
    }
    // a function may carry the properties of an entry
    const plain = typeof entry === 'function' ? { ...entry } : entry;
    const { error } = schema.safeParse(plain);
    if (!error) continue;
    const faults = explain(schema, plain, error.issues);
    throw new TypeError(faults.map(({ path, text }) => formatFault({ path: [key, name, ...path], text })).join('; '));
  }
}
