import { z } from 'zod';
import { fingerprint } from '../../math/random/fingerprint.ts';
import { nativeRandom } from '../../math/random/native.ts';
import { requireOneOf } from '../../math/require-one-of.ts';
import * as stats from '../../math/stats/power-law.ts';
import { type Fold, type Folding, fold, folding, pointColumns } from './fold.ts';

/** The options of {@link powerLaw} in a spec. */
export const options = z.strictObject({
  ...folding,
  floor: z.number().nonnegative().default(1e-15).meta({ description: 'only points with a mean above it are fitted' }),
  rival: z.number().optional().meta({ description: 'exponent of the rival; default 1 for drift, -1 for imbalanceSum' }),
});

/** The options of {@link powerLaw}. */
export interface PowerLawOptions extends Folding {
  /** `seed`: y is averaged over the column `seed` at each x first; `none`: each run enters the fit. */
  readonly over?: 'seed' | 'none';
  readonly diverged?: 'exclude-point' | 'exclude-seed';
  readonly floor?: number;
  readonly rival?: number | undefined;
}

/** S ~ 1/η is what a converged run gives by itself (time rescales), and then drift = η²S ~ η. */
const rivals: Readonly<Record<string, number>> = { drift: 1, imbalanceSum: -1 };

/**
 * Fits y = c·xᵖ to two columns over many runs; emits one row when the source completes.
 *
 *     --{ learningRate, seed, drift }--{ learningRate, seed, drift }--…--|
 *       powerLaw('learningRate', 'drift')
 *     -------------------------------------------------------------------({ exponent, exponentLow, … }|)
 *
 * Least squares on logarithms of the seeds' mean. The row holds what a reader needs to doubt it: the window, the
 * exponents between neighbours, the rival of exponent 1 (or −1 for S), and the fit on the points with η·λ₁(0) ≤ 1
 * where runs have `initialSharpness`.
 *
 * - reads: `x`, `y`; `seed`, `status`, `initialSharpness`, `learningRate` where there are such columns
 * - emits: the columns of `fits`
 * - error: `exponentLow` … `exponentHigh`, 95 %; Student's t over per-seed exponents below 25 seeds, BCa from there up
 *
 * @example
 * sweep({ learningRate: [0.01, 0.02, 0.04], seed: [1, 2, 3] }, run).pipe(powerLaw('learningRate', 'drift'));
 */
export function powerLaw<X extends string, Y extends string>(x: X, y: Y, options: PowerLawOptions = {}): Fold<X | Y> {
  const {
    over = 'seed',
    diverged = 'exclude-point',
    floor = 1e-15,
    rival = x === 'learningRate' ? rivals[y] : undefined,
  } = options;
  requireOneOf('powerLaw', { over }, ['seed', 'none']);
  requireOneOf('powerLaw', { diverged }, ['exclude-point', 'exclude-seed']);
  return fold<X | Y>('powerLaw', x, y, options, (runs) => {
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
      ...pointColumns(fit),
    };
  });
}
