import { z } from 'zod';
import * as adam from '../operators/sources/adam.ts';
import * as adamw from '../operators/sources/adamw.ts';
import type { Descent, Step } from '../operators/sources/descend.ts';
import * as gradientDescent from '../operators/sources/gradient-descent.ts';
import * as gradientFlow from '../operators/sources/gradient-flow.ts';
import * as momentum from '../operators/sources/momentum.ts';
import * as rmsprop from '../operators/sources/rmsprop.ts';
import * as sgd from '../operators/sources/sgd.ts';
import type { Stream } from '../stream.ts';
import { schedule } from './schedules.ts';

/** Where a run starts; `seed` is for what an optimizer draws itself. */
export interface Start extends Descent {
  readonly seed: number;
}

interface Optimizer<O extends z.ZodObject = z.ZodObject> {
  readonly options: O;
  readonly create: (start: Start, options: z.infer<O>) => Stream<Step>;
  /** The ledger that its drift has where the law holds in gradient flow; see `math/theory/ledgers.ts`. */
  readonly ledger: (options: z.infer<O>) => Ledger;
}

export type Ledger = 'drift = Σ η²δ' | 'weight decay' | 'heavy ball' | 'Nesterov' | 'constant' | 'no law';

const optimizer = <O extends z.ZodObject>(optimizer: Optimizer<O>): Optimizer => optimizer as unknown as Optimizer;

const decays = ({ weightDecay = 0 }: { readonly weightDecay?: number | undefined }): Ledger =>
  weightDecay === 0 ? 'drift = Σ η²δ' : 'weight decay';

/** What `optimizer.kind` may be. */
export const optimizers: Readonly<Record<string, Optimizer>> = {
  gd: optimizer({
    options: gradientDescent.options,
    create: (start, options) => gradientDescent.gradientDescent({ ...start, ...options }),
    ledger: decays,
  }),
  momentum: optimizer({
    options: momentum.options,
    create: (start, options) => momentum.momentum({ ...start, ...options }),
    ledger: ({ nesterov }) => (nesterov ? 'Nesterov' : 'heavy ball'),
  }),
  rmsprop: optimizer({
    options: rmsprop.options,
    create: (start, options) => rmsprop.rmsprop({ ...start, ...options }),
    ledger: () => 'no law',
  }),
  adam: optimizer({
    options: adam.options,
    create: (start, options) => adam.adam({ ...start, ...options }),
    ledger: () => 'no law',
  }),
  adamw: optimizer({
    options: adamw.options,
    create: (start, options) => adamw.adamw({ ...start, ...options }),
    ledger: () => 'no law',
  }),
  sgd: optimizer({
    options: sgd.options,
    create: (start, options) => sgd.sgd({ ...start, ...options }),
    ledger: (options) => (options.beta === 0 ? decays(options) : 'heavy ball'),
  }),
  'gradient-flow': optimizer({
    options: gradientFlow.options,
    create: ({ objective, theta0 }, options) => gradientFlow.gradientFlow({ objective, theta0, ...options }),
    ledger: () => 'constant',
  }),
};

/** Kinds that choose the length of their steps themselves: the grid has no learning rate for them, nor they a schedule. */
export const selfPaced: readonly unknown[] = ['gradient-flow'];

const members = Object.entries(optimizers).map(([kind, { options }]) =>
  z.strictObject({
    kind: z.literal(kind),
    ...options.shape,
    ...(selfPaced.includes(kind) ? {} : { schedule: schedule.optional() }),
  }),
);

type Member = z.ZodObject<{ kind: z.ZodLiteral<string>; schedule: z.ZodOptional<typeof schedule> }>;

/** The schema of `optimizer` in a spec: what each takes, and a schedule. */
export const options = z.discriminatedUnion('kind', members as unknown as [Member, ...Member[]]);
