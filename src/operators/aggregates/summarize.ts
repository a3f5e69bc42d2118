import { z } from 'zod';
import { fingerprint } from '../../math/random/fingerprint.ts';
import { nativeRandom } from '../../math/random/native.ts';
import { powerLaw } from '../../math/stats/power-law.ts';
import { type Fold, type Folding, fold, folding, pointColumns } from './fold.ts';

/** The options of {@link summarize} in a spec. */
export const options = z.strictObject({ x: folding.x, y: folding.y, by: folding.by });

/**
 * Says what was measured at each x over the seeds, and fits nothing: mean, spread, and how many seeds were finite.
 *
 *     --{ learningRate, seed, finalLoss }--…--|
 *       summarize('learningRate', 'finalLoss')
 *     ----------------------------------------({ pointsX, pointsMean, pointsDeviation, pointsFinite, … }|)
 *
 * - reads: `x`, `y`; `seed`, `status` where there are such columns
 * - emits: the columns of `fits`, those of an exponent NaN
 *
 * @example sweep(grid, run).pipe(summarize('learningRate', 'finalLoss'));
 */
export function summarize<X extends string, Y extends string>(x: X, y: Y, options: Folding = {}): Fold<X | Y> {
  return fold<X | Y>('summarize', x, y, options, (runs) => ({
    exponent: NaN,
    exponentLow: NaN,
    exponentHigh: NaN,
    interval: 'none',
    prefactor: NaN,
    r2: NaN,
    n: 0,
    windowLow: NaN,
    windowHigh: NaN,
    localExponents: new Float64Array(0),
    nullExponent: NaN,
    nullR2: NaN,
    stableExponent: NaN,
    stableExponentLow: NaN,
    stableExponentHigh: NaN,
    stableN: 0,
    ...pointColumns(powerLaw(runs, { random: nativeRandom(fingerprint(`${x} ${y}`)), divergedSeeds: 'exclude-seed' })),
    pointsFitted: new Float64Array(new Set(runs.map((run) => run.x)).size),
  }));
}
