import { z } from 'zod';
import { constant } from '../math/schedules/constant.ts';
import { cosine } from '../math/schedules/cosine.ts';
import { ramp } from '../math/schedules/ramp.ts';
import type { Schedule } from '../math/schedules/schedule.ts';
import { stepDecay } from '../math/schedules/step-decay.ts';
import { warmup } from '../math/schedules/warmup.ts';
import type { LearningRate } from '../operators/sources/descent.ts';
import { driftBudget } from '../operators/sources/drift-budget.ts';
import { count, share } from '../options.ts';

const positive = z.number().positive();
const until = count.optional().meta({ description: 'updates until its end; default the steps of the run' });

const plain = [
  z.strictObject({ kind: z.literal('constant') }),
  z.strictObject({
    kind: z.literal('step'),
    every: count,
    factor: positive.lt(1).meta({ description: 'factor of the learning rate at every so many updates' }),
  }),
  z.strictObject({
    kind: z.literal('cosine'),
    steps: until,
    floor: share.default(0).meta({ description: 'value at its end, as a share of the learning rate' }),
  }),
] as const;

/** Schema of a schedule, which turns the learning rate of the grid into one of each step. */
export const schedule = z.discriminatedUnion('kind', [
  ...plain,
  z.strictObject({
    kind: z.literal('warmup'),
    steps: count.meta({ description: 'updates of a straight line up to the learning rate' }),
    next: z.discriminatedUnion('kind', plain).prefault({ kind: 'constant' }),
  }),
  z.strictObject({
    kind: z.literal('drift-budget'),
    budget: positive.meta({ description: 'bound of |C − C(0)| of every layer law' }),
    shape: z
      .enum(['constant', 'linear', 'cosine'])
      .default('linear')
      .meta({ description: 'way in which the budget is given out' }),
    steps: until,
    curvature: positive.lt(2).default(1).meta({ description: 'c: the learning rate is at most c/λ₁' }),
  }),
]);

type Options = z.infer<typeof schedule>;
type Plain = z.infer<(typeof plain)[number]>;

function plainOf(options: Plain, rate: number, steps: number): Schedule {
  switch (options.kind) {
    case 'constant':
      return constant(rate);
    case 'step':
      return stepDecay(rate, { every: options.every, factor: options.factor });
    case 'cosine':
      return cosine(rate, { steps: options.steps ?? steps, floor: options.floor * rate });
  }
}

/** Makes the learning rate of a run. A schedule takes the one of the grid point as its largest. */
export function scheduled(options: Options | undefined, rate: number, steps: number): LearningRate {
  if (!options) return rate;
  if (options.kind === 'warmup') {
    const next = plainOf(options.next, rate, Math.max(1, steps - options.steps));
    return warmup(next, { steps: options.steps });
  }
  if (options.kind !== 'drift-budget') return plainOf(options, rate, steps);
  const { budget, shape, curvature } = options;
  const given = shape === 'constant' ? budget : ramp(budget, { shape, steps: options.steps ?? steps });
  return driftBudget({ rate, budget: given, curvature });
}
