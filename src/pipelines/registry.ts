import type { OperatorFunction } from 'rxjs';
import { z } from 'zod';
import * as powerLaw from '../operators/aggregates/power-law.ts';
import * as summarize from '../operators/aggregates/summarize.ts';
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
import { explain, listed, said, show } from './explain.ts';

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

/** What `fit` may name: folds of the runs table, made for one column pair each. */
export const fits = {
  powerLaw: {
    options: powerLaw.options,
    create: ({ x, y, ...rest }: z.infer<typeof powerLaw.options>) => powerLaw.powerLaw(x, y, rest),
  },
  summarize: {
    options: summarize.options,
    create: ({ x, y, ...rest }: z.infer<typeof summarize.options>) => summarize.summarize(x, y, rest),
  },
} satisfies Registry;

const Entry = z.strictObject({
  options: z.custom<z.ZodObject>(isObjectSchema, { error: 'expected a z.strictObject({ … })' }),
  numbers: z.array(z.string()).optional(),
  create: z.custom<Registered['create']>((x) => typeof x === 'function', {
    error: 'expected a function (options) => operator',
  }),
});

// not instanceof: the module may have another copy of zod
function isObjectSchema(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'safeParse' in value && 'shape' in value;
}

/**
 * The operators of a user's own module: `export const operators = { name: { options, create } }`, as here.
 *
 * @throws {TypeError} if the module exports something else, or a name that is taken.
 */
export function registered(module: Readonly<Record<string, unknown>>, taken: Registry): Registry {
  const { operators } = module;
  if (typeof operators !== 'object' || operators === null) {
    const found =
      operators === undefined ? listed(Object.keys(module).sort()) || 'no exports' : `operators = ${show(operators)}`;
    throw new TypeError(`expected the module to export operators = { name: { options, create } }, got ${found}`);
  }
  for (const [name, entry] of Object.entries(operators)) {
    if (Object.hasOwn(taken, name)) {
      throw new TypeError(`operators.${name}: expected a new name for an operator, got one that is taken`);
    }
    const { error } = Entry.safeParse(entry);
    if (!error) continue;
    const faults = explain(Entry, entry, error.issues);
    throw new TypeError(faults.map(({ path, text }) => said({ path: ['operators', name, ...path], text })).join('; '));
  }
  return operators as Registry;
}
