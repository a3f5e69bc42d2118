import { log } from '../functions.ts';
import type { Random } from '../random/random.ts';
import { requireFraction, requireWithin } from '../require-number.ts';
import { bcaInterval } from './bootstrap.ts';
import { fitPowerLaw, mean, type PowerLawFit, rivalR2, standardDeviation } from './line.ts';
import { pointOf, type RunsAtX, type RunValue, runsByX, type SeedPoint } from './runs-by-x.ts';
import { studentTQuantile } from './student-t.ts';

/** Seeds from which the 95 % interval of a BCa bootstrap covers 93 % or more (simulated). */
const BOOTSTRAP_SEEDS = 25;
/** Least number of points: any exponent fits fewer. */
const LEAST_POINTS = 3;

export interface PowerLawOptions {
  /** Generator of the bootstrap's resamples; used from 25 seeds up only. */
  readonly random: Random;
  /** `seeds` averages y over the seeds first, at each x; `none` fits each run. Default `seeds`. */
  readonly average?: 'seeds' | 'none';
  /**
   * `exclude-point` leaves out an x at which a seed diverged, as the paper does; `exclude-seed`
   * leaves out that seed at that x. Default `exclude-point`.
   */
  readonly divergedSeeds?: 'exclude-point' | 'exclude-seed';
  /** Values at or below it do not enter a fit: zeros and rounding. Default 10⁻¹⁵. */
  readonly floor?: number;
  /** Exponent of the rival law, whose prefactor alone is fitted: 1 for a drift, −1 for S. */
  readonly rival?: number;
  /** Nominal coverage of the intervals, in (0, 1). Default 0.95. */
  readonly level?: number;
  /** Resamples of the bootstrap. Default 2000. */
  readonly resamples?: number;
}

/** Method of an interval; see {@link powerLaw}. */
type IntervalMethod = 'student-t' | 'bca' | 'ols-t' | 'none';

/** Values measured at one x, and their part in the fit. */
interface PowerLawPoint extends SeedPoint {
  /** True if it entered the fit. */
  readonly kept: boolean;
  /** True if every seed here started with η·λ_max ≤ 1; false if that of one is not known. */
  readonly stable: boolean;
}

/** Fit y ≈ prefactor·x^exponent, with what a reader needs to doubt it. */
export interface PowerLaw {
  /** NaN if fewer than three x are left; `reason` says so. */
  readonly exponent: number;
  readonly exponentLow: number;
  readonly exponentHigh: number;
  readonly interval: IntervalMethod;
  readonly prefactor: number;
  /** 1 − SSres/SStot in log space. */
  readonly r2: number;
  /** Standard error of the exponent in the least squares fit, on n − 2 degrees of freedom. */
  readonly standardError: number;
  /** Points in the fit. */
  readonly n: number;
  /** Least and greatest x in the fit; NaN if there is none. */
  readonly windowLow: number;
  readonly windowHigh: number;
  /** Slopes d log y / d log x between neighbouring x of the fit, one fewer than these. */
  readonly localExponents: readonly number[];
  /** R² in log space of the rival law; NaN without a rival. */
  readonly nullR2: number;
  /** Exponent on the points with η·λ_max ≤ 1 at the start of every seed; NaN below three. */
  readonly stableExponent: number;
  readonly stableLow: number;
  readonly stableHigh: number;
  readonly stableInterval: IntervalMethod;
  readonly stableN: number;
  readonly stableWindowLow: number;
  readonly stableWindowHigh: number;
  /** Distinct seeds. */
  readonly seeds: number;
  /** Exponents of the seeds, in the order they first appear; NaN below three points. */
  readonly seedExponents: readonly number[];
  /** Points at every x, ascending, in the fit or not. */
  readonly points: readonly PowerLawPoint[];
  /** Reason why there is no exponent; null if there is one. */
  readonly reason: string | null;
}

/**
 * Fits a power law to a sweep of runs over x and seeds.
 *
 * By default y is averaged over the seeds first, then log mean is fitted on log x by least squares.
 * An x is kept if its mean is finite and above `floor`, and no seed diverged there; `exclude-seed`
 * drops the last condition. A y that is finite but not positive counts in the mean like any other.
 *
 * Methods of the interval:
 *
 * - `student-t`, 2 to 24 seeds: each seed fitted on its own over the kept x (values above `floor`,
 *   three at least); mean of these exponents ± t·s/√m on m − 1 degrees of freedom. The centre of
 *   the interval is their mean, not `exponent`.
 * - `bca`, from 25 seeds: seeds are resampled whole, and each time the curve of means is refitted
 *   over the kept x. The number resampled is `exponent` itself, so that bias correction and
 *   acceleration mean something; a mean of per-seed exponents estimates another number if seeds
 *   differ in more than the prefactor.
 * - `ols-t`, one seed or `average: 'none'`: exponent ± t·standardError on n − 2 degrees of freedom.
 * - `none`: no interval; the ends are NaN.
 *
 * - cost: one fit a seed; from 25 seeds up also `resamples` fits
 *
 * @throws {RangeError} if an x is not positive and finite, `floor` is negative, or `level` is not
 *   in (0, 1).
 * @example
 * const { exponent, exponentLow, exponentHigh } = powerLaw(
 *   runs.map(({ learningRate, seed, drift }) => ({ x: learningRate, y: drift, seed })),
 *   { random: nativeRandom(0), rival: 1 },
 * );
 * @see Efron, Better bootstrap confidence intervals (JASA 82, 1987).
 */
export function powerLaw(measurements: Iterable<RunValue>, options: PowerLawOptions): PowerLaw {
  const { average = 'seeds', divergedSeeds = 'exclude-point', floor = 1e-15, rival = NaN, level = 0.95 } = options;
  requireWithin('powerLaw', { floor });
  requireFraction('powerLaw', { level });
  const { seeds, groups } = runsByX(measurements);
  const wrong = groups.find(({ x }) => !(x > 0 && x < Infinity));
  if (wrong) throw new RangeError(`powerLaw: x must be positive and finite, got ${wrong.x}`);
  const kept = groups.filter((group) => {
    if (divergedSeeds === 'exclude-point' && group.finite.length < group.all.length) return false;
    return average === 'seeds' ? enters(group.mean, floor) : group.finite.some(({ y }) => enters(y, floor));
  });
  const setting: Setting = { ...options, average, floor, level, seeds };
  const all = fitGroups(kept, setting);
  const stable = fitGroups(kept.filter(isStable), setting);
  const { fit, x, y } = all;
  return {
    exponent: fit.exponent,
    exponentLow: all.low,
    exponentHigh: all.high,
    interval: all.interval,
    prefactor: fit.prefactor,
    r2: fit.r2,
    standardError: fit.standardError,
    n: fit.n,
    windowLow: kept[0]?.x ?? NaN,
    windowHigh: kept.at(-1)?.x ?? NaN,
    localExponents: localExponents(kept, setting),
    nullR2: x.length > 0 ? rivalR2(x, y, rival) : NaN,
    stableExponent: stable.fit.exponent,
    stableLow: stable.low,
    stableHigh: stable.high,
    stableInterval: stable.interval,
    stableN: stable.fit.n,
    stableWindowLow: stable.x.length > 0 ? Math.min(...stable.x) : NaN,
    stableWindowHigh: stable.x.length > 0 ? Math.max(...stable.x) : NaN,
    seeds: seeds.length,
    seedExponents: all.seedExponents,
    points: groups.map((group) => ({ ...pointOf(group), kept: kept.includes(group), stable: isStable(group) })),
    reason:
      kept.length < LEAST_POINTS
        ? `a power law takes ${LEAST_POINTS} x with a finite y above ${floor}, got ${kept.length} of ${groups.length}`
        : null,
  };
}

interface Setting extends PowerLawOptions {
  readonly average: 'seeds' | 'none';
  readonly floor: number;
  readonly level: number;
  readonly seeds: readonly number[];
}

const enters = (y: number, floor: number) => y > floor && y < Infinity;

const isStable = ({ all }: RunsAtX) => all.every(({ etaLambda }) => typeof etaLambda === 'number' && etaLambda <= 1);

const NOT_FITTED: PowerLawFit = { exponent: NaN, prefactor: NaN, r2: NaN, standardError: NaN, n: 0 };

/** Fits points at three different x or more; of fewer, all is NaN. */
function tryFit(x: readonly number[], y: readonly number[]): PowerLawFit {
  return new Set(x).size < LEAST_POINTS ? { ...NOT_FITTED, n: x.length } : fitPowerLaw(x, y);
}

function fitGroups(groups: readonly RunsAtX[], setting: Setting) {
  const { average, floor, seeds } = setting;
  const entering: readonly { readonly x: number; readonly y: number }[] =
    average === 'seeds'
      ? groups.map(({ x, mean }) => ({ x, y: mean }))
      : groups.flatMap(({ finite }) => finite.filter(({ y }) => enters(y, floor)));
  const x = entering.map((point) => point.x);
  const y = entering.map((point) => point.y);
  const fit = tryFit(x, y);
  const seedExponents = seeds.map((seed) => {
    const own = groups.flatMap(({ finite }) => finite.filter((run) => run.seed === seed && enters(run.y, floor)));
    return tryFit(
      own.map((run) => run.x),
      own.map((run) => run.y),
    ).exponent;
  });
  return { fit, x, y, seedExponents, ...intervalOf(fit, seedExponents, groups, setting) };
}

function intervalOf(
  fit: PowerLawFit,
  seedExponents: readonly number[],
  groups: readonly RunsAtX[],
  setting: Setting,
): { low: number; high: number; interval: IntervalMethod } {
  const none = { low: NaN, high: NaN, interval: 'none' } as const;
  const { average, level, seeds, random, resamples = 2000 } = setting;
  if (!Number.isFinite(fit.exponent)) return none;
  const around = (centre: number, error: number, df: number, interval: IntervalMethod) => {
    const half = studentTQuantile((1 + level) / 2, df) * error;
    return Number.isFinite(half) ? { low: centre - half, high: centre + half, interval } : none;
  };
  if (average === 'none' || seeds.length === 1) return around(fit.exponent, fit.standardError, fit.n - 2, 'ols-t');
  if (seeds.length < BOOTSTRAP_SEEDS) {
    const own = seedExponents.filter((exponent) => Number.isFinite(exponent));
    if (own.length < 2) return none;
    return around(mean(own), standardDeviation(own, 1) / Math.sqrt(own.length), own.length - 1, 'student-t');
  }
  const { low, high } = bcaInterval(seeds.length, refit(groups, setting), { random, resamples, level });
  return Number.isFinite(low) && Number.isFinite(high) ? { low, high, interval: 'bca' } : none;
}

/** Makes the function that refits the curve of means over resampled seeds, drawn by index. */
function refit(groups: readonly RunsAtX[], { seeds, floor }: Setting): (drawn: Int32Array) => number {
  const index = new Map(seeds.map((seed, i) => [seed, i]));
  const sums = groups.map(() => new Float64Array(seeds.length)); //   [points][seeds]
  const counts = groups.map(() => new Float64Array(seeds.length)); // [points][seeds]
  for (const [g, { finite }] of groups.entries()) {
    for (const { seed, y } of finite) {
      sums[g]![index.get(seed)!]! += y;
      counts[g]![index.get(seed)!]! += 1;
    }
  }
  return (drawn) => {
    const x: number[] = [];
    const y: number[] = [];
    for (const [g, group] of groups.entries()) {
      let sum = 0;
      let count = 0;
      for (const i of drawn) {
        sum += sums[g]![i]!;
        count += counts[g]![i]!;
      }
      if (!enters(sum / count, floor)) continue;
      x.push(group.x);
      y.push(sum / count);
    }
    return tryFit(x, y).exponent;
  };
}

/** Takes slopes between neighbouring x: of log mean y, or of mean log y if each run is fitted. */
function localExponents(groups: readonly RunsAtX[], { average, floor }: Setting): number[] {
  const height = ({ mean: m, finite }: RunsAtX) =>
    average === 'seeds' ? log(m) : mean(finite.filter(({ y }) => enters(y, floor)).map(({ y }) => log(y)));
  return groups.slice(1).map((group, i) => (height(group) - height(groups[i]!)) / (log(group.x) - log(groups[i]!.x)));
}
