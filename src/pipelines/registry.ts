import type { OperatorFunction } from 'rxjs';
import { z } from 'zod';
import * as powerLaw from '../operators/aggregates/power-law.ts';
import * as summarize from '../operators/aggregates/summarize.ts';
import * as conservation from '../operators/measures/conservation.ts';
import * as hessian from '../operators/measures/hessian.ts';
import * as ema from '../operators/transforms/ema.ts';

/** An operator that may stand in a spec: its options beside its function. */
export interface Registered {
  readonly options: z.ZodObject;
  // biome-ignore lint/suspicious/noExplicitAny: each checks its own options, and its rows when the chain is assembled
  readonly create: (options: any) => OperatorFunction<any, any>;
}

export type Registry = Readonly<Record<string, Registered>>;

/** What `measure` may name. */
export const measures: Registry = {
  conservation: { options: conservation.options, create: conservation.conservation },
  hessian: { options: hessian.options, create: hessian.hessian },
  ema: { options: ema.options, create: ({ of, beta }: z.infer<typeof ema.options>) => ema.ema(of, beta) },
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

const Module = z.object({
  operators: z.record(
    z.string(),
    z.object({
      options: z.custom<z.ZodObject>((x) => typeof x === 'object' && x !== null && 'safeParse' in x && 'shape' in x),
      create: z.custom<Registered['create']>((x) => typeof x === 'function'),
    }),
  ),
});

/**
 * The operators of a user's own module: `export const operators = { name: { options, create } }`, as here.
 *
 * @throws {TypeError} if the module exports something else, or a name that is taken.
 */
export function registered(module: unknown, path: string, taken: Registry): Registry {
  const parsed = Module.safeParse(module);
  if (!parsed.success) {
    throw new TypeError(
      `operators: ${path} must export operators = { name: { options: z.strictObject(…), create: (options) => operator } }, got ${Object.keys(module as object).join(', ') || 'no exports'}`,
    );
  }
  const twice = Object.keys(parsed.data.operators).find((name) => name in taken);
  if (twice) throw new TypeError(`operators: ${path} exports ${twice}, which is already the name of an operator`);
  return parsed.data.operators;
}
