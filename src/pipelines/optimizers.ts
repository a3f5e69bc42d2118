import type { z } from 'zod';
import { adam } from '../operators/sources/adam.ts';
import { adamw } from '../operators/sources/adamw.ts';
import type { Step } from '../operators/sources/descend.ts';
import type { Descent } from '../operators/sources/descent.ts';
import { gradientDescent } from '../operators/sources/gradient-descent.ts';
import { gradientFlow } from '../operators/sources/gradient-flow.ts';
import { momentum } from '../operators/sources/momentum.ts';
import type { LedgerName } from '../operators/sources/optimizer.ts';
import { rmsprop } from '../operators/sources/rmsprop.ts';
import { sgd } from '../operators/sources/sgd.ts';
import type { Stream } from '../stream.ts';
import { namedIn } from './named-in.ts';
import { schedule } from './schedules.ts';

/** Optimizer that may stand in a spec, as `optimizer(…)` makes it. */
export interface RegisteredOptimizer {
  // biome-ignore lint/suspicious/noExplicitAny: each checks its own options
  (descent: Descent & any): Stream<Step>;
  readonly options: z.ZodObject;
  // biome-ignore lint/suspicious/noExplicitAny: of its own options
  readonly ledger: (options: any) => LedgerName;
  readonly selfPaced: boolean;
}

/** Optimizers that `optimizer.kind` may name. */
export const optimizers: Readonly<Record<string, RegisteredOptimizer>> = {
  gd: gradientDescent,
  momentum,
  rmsprop,
  adam,
  adamw,
  sgd,
  'gradient-flow': gradientFlow,
};

/** Makes the schema of `optimizer` in a spec: options of each kind, and a schedule. */
export const optimizerSchema = (known: Readonly<Record<string, RegisteredOptimizer>>) =>
  namedIn('kind', known, ({ selfPaced }) => (selfPaced ? undefined : { schedule: schedule.optional() }));
