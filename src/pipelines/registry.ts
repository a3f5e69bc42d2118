import type { OperatorFunction } from 'rxjs';
import { z } from 'zod';
import * as powerLaw from '../operators/aggregates/power-law.ts';
import * as summarize from '../operators/aggregates/summarize.ts';
import * as accuracy from '../operators/measures/accuracy.ts';
import * as activationSwitching from '../operators/measures/activation-switching.ts';
import * as batchSharpness from '../operators/measures/batch-sharpness.ts';
import * as conservation from '../operators/measures/conservation.ts';
import * as criticalSharpness from '../operators/measures/critical-sharpness.ts';
import * as denseSpectrum from '../operators/measures/dense-spectrum.ts';
import * as edgeOfStability from '../operators/measures/edge-of-stability.ts';
import * as gradientNorm from '../operators/measures/gradient-norm.ts';
import * as hessian from '../operators/measures/hessian.ts';
import * as spectralDensity from '../operators/measures/spectral-density.ts';
import * as trace from '../operators/measures/trace.ts';
import * as updateNorm from '../operators/measures/update-norm.ts';
import * as weightNorm from '../operators/measures/weight-norm.ts';
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

/** What `measure` may name. */
export const measures: Registry = {
  conservation: { options: conservation.options, create: conservation.conservation },
  hessian: { options: hessian.options, create: hessian.hessian },
  spectralDensity: { options: spectralDensity.options, create: spectralDensity.spectralDensity },
  trace: { options: trace.options, create: trace.trace },
  denseSpectrum: { options: denseSpectrum.options, create: denseSpectrum.denseSpectrum },
  criticalSharpness: { options: criticalSharpness.options, create: criticalSharpness.criticalSharpness },
  batchSharpness: { options: batchSharpness.options, create: batchSharpness.batchSharpness },
  activationSwitching: {
    options: activationSwitching.options,
    create: ({ detail }: z.infer<typeof activationSwitching.options>) =>
      activationSwitching.activationSwitching({ detail }),
  },
  accuracy: { options: accuracy.options, create: accuracy.accuracy },
  gradientNorm: { options: gradientNorm.options, create: gradientNorm.gradientNorm },
  updateNorm: { options: updateNorm.options, create: updateNorm.updateNorm },
  weightNorm: { options: weightNorm.options, create: weightNorm.weightNorm },
  edgeOfStability: { options: edgeOfStability.options, create: edgeOfStability.edgeOfStability },
  ema: {
    options: ema.options,
    numbers: ['of'],
    create: ({ of, beta }: z.infer<typeof ema.options>) => ema.ema(of, beta),
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
