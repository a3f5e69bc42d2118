import { float64s, int32 } from '../../columns.ts';
import { digits } from '../../digits.ts';
import type { SeedPoint } from '../../math/stats/runs-by-x.ts';
import type { FitReport } from './fold.ts';

/** Columns that hold what was measured at each x. */
export const columns = {
  seeds: int32('seeds of the runs that were folded', 'seed'),
  pointsX: float64s('x of every point, fitted or not'),
  pointsMean: float64s('mean of y over its finite seeds'),
  pointsDeviation: float64s('standard deviation over the same (divisor n)'),
  pointsFinite: float64s('seeds with a finite y; a diverged seed is counted, never dropped in silence', 'seed'),
  pointsTotal: float64s('seeds in all', 'seed'),
};

/** Values of {@link columns}. */
export const points = (seeds: number, points: readonly SeedPoint[]) => ({
  seeds,
  pointsX: Float64Array.from(points, ({ x }) => x),
  pointsMean: Float64Array.from(points, ({ mean }) => mean),
  pointsDeviation: Float64Array.from(points, ({ deviation }) => deviation),
  pointsFinite: Float64Array.from(points, ({ finite }) => finite),
  pointsTotal: Float64Array.from(points, ({ total }) => total),
});

type Row = Readonly<Record<string, unknown>>;

/** Describes what was measured at each x: one line a point. */
export function reportPoints(row: Row): FitReport {
  const [x, mean, deviation, finite, total] = ['X', 'Mean', 'Deviation', 'Finite', 'Total'].map(
    (name) => row[`points${name}`] as Float64Array,
  );
  return {
    head: [String(row['x']), `mean ${row['y']}`, 'sd over seeds', 'finite'],
    rows: Array.from(x!, (at, i) => [
      digits(at),
      digits(mean![i]),
      digits(finite![i]! > 1 ? deviation![i] : NaN, 2),
      `${finite![i]}/${total![i]}`,
    ]),
  };
}
