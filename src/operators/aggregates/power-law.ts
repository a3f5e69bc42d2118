import { z } from 'zod';
import { utf8 } from '../../columns.ts';
import { fingerprint } from '../../math/random/fingerprint.ts';
import { nativeRandom } from '../../math/random/native.ts';
import * as stats from '../../math/stats/power-law.ts';
import { lawColumns } from './fits.ts';
import { type FoldOptions, fold } from './fold.ts';
import { points } from './points.ts';
import { reportPowerLaw } from './report-power-law.ts';

const options = z.strictObject({
  over: z.enum(['seed', 'none']).default('seed').meta({ description: 'seed: average over seeds first, at each x' }),
  diverged: z
    .enum(['exclude-point', 'exclude-seed'])
    .default('exclude-point')
    .meta({ description: 'what a diverged seed takes out of the fit: its x altogether, or itself' }),
  floor: z.number().nonnegative().default(1e-15).meta({ description: 'only points with a mean above it are fitted' }),
  rival: z.number().optional().meta({ description: 'exponent of the rival; default 1 for drift, -1 for imbalanceSum' }),
});

/** Options of {@link powerLaw}. */
export type PowerLawOptions = FoldOptions<typeof options>;

/** Exponents of the rivals: time rescales in a converged run, so S ~ 1/η and drift = η²S ~ η. */
const rivals = new Map([
  ['drift', 1],
  ['imbalanceSum', -1],
]);

/**
 * Fits y = c·xᵖ to two columns over many runs; emits one row when the source completes.
 *
 *     --{ learningRate, seed, drift }--…--|
 *       powerLaw('learningRate', 'drift')
 *     ------------------------------------({ exponent, exponentLow, … }|)
 *
 * Least squares on logarithms of the seeds' mean. The row holds what a reader needs to doubt it:
 * the window, the exponents between neighbours, the rival of exponent 1 (or −1 for S), and, if runs
 * have `initialSharpness`, the fit on the points with η·λ₁(0) ≤ 1.
 *
 * - reads: `x`, `y`; also `seed`, `status`, `initialSharpness`, `learningRate` if there are such
 *   columns
 * - emits: the columns of `fits`, and `stableInterval`
 * - error: `exponentLow` … `exponentHigh`, 95 %; Student's t over per-seed exponents below 25
 *   seeds, BCa from there up
 *
 * @example
 * sweep({ learningRate: [0.01, 0.02, 0.04], seed: [1, 2, 3] }, run).pipe(
 *   powerLaw('learningRate', 'drift'),
 * );
 */
export const powerLaw = fold(
  'powerLaw',
  {
    options,
    columns: { ...lawColumns, stableInterval: utf8('method of the interval of stableExponent, as `interval`') },
    intervals: {
      exponent: { low: 'exponentLow', high: 'exponentHigh', method: 'interval' },
      stableExponent: { low: 'stableExponentLow', high: 'stableExponentHigh', method: 'stableInterval' },
    },
    rivalR2: 'nullR2',
    positiveX: true,
    report: reportPowerLaw,
  },
  ({ over, diverged, floor, rival: given }, x, y) => {
    const rival = given ?? (x === 'learningRate' ? rivals.get(y) : undefined);
    return (runs) => {
      const { exponent, exponentLow, exponentHigh, interval, prefactor, r2, n, windowLow, windowHigh, ...fit } =
        stats.powerLaw(runs, {
          random: nativeRandom(fingerprint(`${x} ${y}`)),
          average: over === 'seed' ? 'seeds' : 'none',
          divergedSeeds: diverged,
          floor,
          ...(rival === undefined ? {} : { rival }),
        });
      return {
        ...{ exponent, exponentLow, exponentHigh, interval, prefactor, r2, n, windowLow, windowHigh },
        localExponents: Float64Array.from(fit.localExponents),
        nullExponent: rival ?? NaN,
        nullR2: fit.nullR2,
        stableExponent: fit.stableExponent,
        stableExponentLow: fit.stableLow,
        stableExponentHigh: fit.stableHigh,
        stableN: fit.stableN,
        ...points(fit.seeds, fit.points),
        pointsFitted: Float64Array.from(fit.points, ({ kept }) => Number(kept)),
        stableInterval: fit.stableInterval,
      };
    };
  },
);
