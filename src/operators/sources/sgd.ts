import { z } from 'zod';
import { gradientDescentRule } from '../../math/optimizers/gradient-descent.ts';
import { momentumRule } from '../../math/optimizers/momentum.ts';
import { onBatches } from '../../math/optimizers/on-batches.ts';
import { fingerprint } from '../../math/random/fingerprint.ts';
import { requireCounts } from '../../math/require-number.ts';
import { count, share } from '../../options.ts';
import { requireNeeds } from '../../requirements.ts';
import type { Descent } from './descent.ts';
import { gradientDescent } from './gradient-descent.ts';
import { optimizer } from './optimizer.ts';

const options = z.strictObject({
  batch: count.meta({ description: 'samples of a batch; the rest of an epoch is dropped' }),
  beta: share.default(0).meta({ description: 'momentum: share of the buffer that it keeps at a step' }),
  weightDecay: z.number().nonnegative().default(0),
});

/** Descent with a seed, from which the order of the batches follows. */
export type SeededDescent = Descent & { readonly seed: number };

/**
 * Makes the steps of mini-batch stochastic gradient descent, with momentum if asked. Each step is
 * made from the gradient of one batch.
 *
 *     --{ state, step: 0, loss }--{ state, step: 1, loss }--{ state, step: 2, loss }--…
 *
 * Each epoch shuffles the samples anew and cuts them into batches of equal size; the n mod `batch`
 * samples left over are dropped. Loss, gradient, norms and Hessian products of a row stay those of
 * the whole objective. `state.stepGradient` and `state.stepSums` are those of the batch, and so are
 * S and the symmetry of the ledger.
 *
 * - needs:  an objective with `batches`
 * - adds:   `step`, `learningRate`, `loss`, `weightNormSq`, `gradientNormSq`
 * - cost:   a pass over all samples a row and one over the batch; a workspace for each
 * - edge:   2/η − w, (2 + 2β)/η − w with momentum; compared with `batchSharpness`, not with λ₁
 * - ledger: as for `gradientDescent` or `momentum`, with the gradients of the batches
 *
 * @param seed Seed of the order, an integer of at least 0.
 * @param beta Default 0: no momentum.
 * @throws {RangeError} if `batch` is not in 1 … n, `beta` not in [0, 1), or `weightDecay` is
 *   negative.
 * @throws {TypeError} if the objective has no batches.
 * @example
 * sgd({ objective: L, theta0: L.start(), learningRate: 0.02, batch: 32, seed: 1 })
 *   .pipe(take(1_000));
 */
export const sgd = optimizer<typeof options, Record<never, never>, SeededDescent>('sgd', {
  options,
  rule({ batch, beta, weightDecay }, { objective, seed = NaN }) {
    requireNeeds('sgd', { objective }, ['batches']);
    const batches = objective.batches!;
    if (batch > batches.n) {
      throw new RangeError(`sgd: batch must be an integer from 1 to ${batches.n}, the samples there are, got ${batch}`);
    }
    requireCounts('sgd', { seed }, 0);
    const inner = beta === 0 ? gradientDescentRule(weightDecay) : momentumRule({ beta, weightDecay });
    return onBatches(inner, objective, batches, { batch, seed: fingerprint(`batches ${seed}`) });
  },
  ledger: ({ beta, weightDecay }) => (beta === 0 ? gradientDescent.ledger({ weightDecay }) : 'heavy ball'),
});
