import type { OperatorFunction } from 'rxjs';
import { z } from 'zod';
import { type Columns, isColumn } from '../columns.ts';
import { formatValue } from '../format-value.ts';
import { type JsonSchema, jsonSchemaOf } from '../json-schema.ts';
import type { Objective } from '../math/objective.ts';
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
import { lossOn } from '../operators/measures/loss-on.ts';
import { spectralDensity } from '../operators/measures/spectral-density.ts';
import { trace } from '../operators/measures/trace.ts';
import { updateNorm } from '../operators/measures/update-norm.ts';
import { weightNorm } from '../operators/measures/weight-norm.ts';
import * as ema from '../operators/transforms/ema.ts';
import { type DataKinds, dataKinds } from './data-kinds.ts';
import { explain, formatFault, joinNames } from './explain.ts';
import { optimizers, type RegisteredOptimizer } from './optimizers.ts';

/** Operator that may stand in a spec: its options beside its function. */
export interface Registered {
  readonly options: z.ZodObject;
  /** Options that name a column to read, which must have a number on every row. */
  readonly numbers?: readonly string[] | undefined;
  /**
   * True if `on: "test"` among its options stands for the samples that the data hold out. `create`
   * then gets the objective on them.
   */
  readonly heldOut?: boolean | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: each checks its own options and rows
  readonly create: (options: any) => OperatorFunction<any, any>;
}

export type Operators = Readonly<Record<string, Registered>>;

/** Everything that a spec may name. */
export interface Registry {
  readonly measures: Operators;
  readonly fits: FitRegistry;
  readonly data: DataKinds;
  readonly optimizers: Readonly<Record<string, RegisteredOptimizer>>;
}

/** Entry of an operator that brings its own options. */
const entry = (create: Registered['create'] & { readonly options: z.ZodObject }): Registered => ({
  options: create.options,
  create,
});

const onTest = z.literal('test').meta({ description: 'test: the samples that the data hold out' });
const { every } = accuracy.options.shape;

/** Operators that `measure` may name. */
export const measures: Operators = {
  conservation: entry(conservation),
  hessian: entry(hessian),
  spectralDensity: entry(spectralDensity),
  trace: entry(trace),
  denseSpectrum: entry(denseSpectrum),
  criticalSharpness: entry(criticalSharpness),
  batchSharpness: entry(batchSharpness),
  activationSwitching: entry(activationSwitching),
  accuracy: { options: z.strictObject({ on: onTest.optional(), every }), heldOut: true, create: accuracy },
  lossOn: {
    options: z.strictObject({ on: onTest.default('test'), every }),
    heldOut: true,
    create: ({ on, ...options }: { readonly on: Objective }) => lossOn(on, options),
  },
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

/** Names that come with the package. */
export const builtIn: Registry = { measures, fits, data: dataKinds, optimizers };

const options = z.custom<z.ZodObject>(isObjectSchema, { error: 'expected a z.strictObject({ … })' });
const functionOf = (signature: string) =>
  z.custom<(...args: never[]) => unknown>((value) => typeof value === 'function', {
    error: `expected a function ${signature}`,
  });
const operator = z.strictObject({
  options,
  numbers: z.array(z.string()).optional(),
  heldOut: z.boolean().optional(),
  create: functionOf('(options) => operator'),
});

const text = z.string();

const fit = z.strictObject({
  options: options.refine(namesColumns, {
    error: 'expected an object schema whose x and y are texts, and by a list of texts, if it has them',
  }),
  columns: z.custom<Columns>(areFoldColumns, { error: 'expected columns, with fit and where among them as text' }),
  intervals: z.record(text, z.strictObject({ low: text, high: text, method: text })).optional(),
  rivalR2: text.optional(),
  positiveX: z.boolean().optional(),
  report: z
    .custom<FitFacts['report']>((x) => x === undefined || typeof x === 'function', {
      error: 'expected a function of a row',
    })
    .optional(),
  create: functionOf('(options) => operator'),
});

/** Tells whether options of a fit that specs and claims read have the type that these expect. */
function namesColumns(options: z.ZodObject): boolean {
  if (!isObjectSchema(options)) return true; // said already
  const isText = (schema: JsonSchema | undefined) => schema?.type === 'string';
  const types = { x: isText, y: isText, by: (schema: JsonSchema) => schema.type === 'array' && isText(schema.items) };
  return Object.entries(types).every(
    ([name, isRight]) => !Object.hasOwn(options.shape, name) || isRight(jsonSchemaOf(options.shape[name])),
  );
}

function areFoldColumns(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !Object.values(value).every(isColumn)) return false;
  return ['fit', 'where'].every((name) => Object.hasOwn(value, name) && (value as Columns)[name]!.arrow === 'utf8');
}

/**
 * Exports that a module of one's own may have: the part of the registry they add to, and the schema
 * of an entry.
 */
const exported = {
  operators: { part: 'measures', noun: 'an operator', shape: 'operator(…) or { options, create }', entry: operator },
  fits: { part: 'fits', noun: 'a fit', shape: '{ options, columns, create }', entry: fit },
  data: {
    part: 'data',
    noun: 'a kind of data',
    shape: '{ options, make }',
    entry: z.strictObject({
      options,
      paths: z.array(z.string()).optional(),
      make: functionOf('(options) => data'),
    }),
  },
  optimizers: {
    part: 'optimizers',
    noun: 'an optimizer',
    shape: 'optimizer(…)',
    entry: z.custom<RegisteredOptimizer>(
      (value) =>
        typeof value === 'function' && 'ledger' in value && 'options' in value && isObjectSchema(value.options),
      { error: 'expected what optimizer(…) returns' },
    ),
  },
} satisfies Record<string, { part: keyof Registry; noun: string; shape: string; entry: z.ZodType }>;

// not instanceof: the module may have another copy of zod
function isObjectSchema(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'safeParse' in value && 'shape' in value;
}

/**
 * Adds what a user's module exports: `operators`, `fits`, `data`, `optimizers`, each an object of
 * entries by name, as the entries here.
 *
 * @throws {TypeError} if the module exports none of them, something else under one of these names,
 *   or a name that is taken.
 */
export function registered(module: Readonly<Record<string, unknown>>, taken: Registry): Registry {
  const keys = Object.keys(exported) as (keyof typeof exported)[];
  if (!keys.some((key) => module[key] !== undefined)) {
    const names = keys.map((key) => `${key} = { name: ${exported[key].shape} }`).join(' or ');
    const found = joinNames(Object.keys(module).sort()) || 'no exports';
    throw new TypeError(`expected the module to export ${names}, got ${found}`);
  }
  let registry = taken;
  for (const key of keys) {
    const { part, noun, shape, entry: schema } = exported[key];
    const entries = module[key];
    if (entries === undefined) continue;
    if (typeof entries !== 'object' || entries === null) {
      throw new TypeError(
        `expected the module to export ${key} = { name: ${shape} }, got ${key} = ${formatValue(entries)}`,
      );
    }
    for (const [name, entry] of Object.entries(entries)) {
      if (Object.hasOwn(registry[part], name)) {
        throw new TypeError(`${key}.${name}: expected a new name for ${noun}, got one that is taken`);
      }
      const plain = asEntry(key, entry);
      const { error } = schema.safeParse(plain);
      if (!error) continue;
      const faults = explain(schema, plain, error.issues);
      throw new TypeError(faults.map(({ path, text }) => formatFault({ path: [key, name, ...path], text })).join('; '));
    }
    const added = Object.entries(entries).map(([name, value]) => [
      name,
      key === 'operators' ? asEntry(key, value) : value,
    ]);
    registry = { ...registry, [part]: { ...registry[part], ...Object.fromEntries(added) } };
  }
  return registry;
}

/**
 * Takes the entry out of what operator(…) or fold(…) returns: a function that carries its
 * properties.
 */
function asEntry(key: keyof typeof exported, value: unknown): unknown {
  if (typeof value !== 'function' || key === 'data' || key === 'optimizers') return value;
  return key === 'operators' ? { options: (value as Partial<Registered>).options, create: value } : { ...value };
}
