import { float64, float64s, int32, utf8 } from '../../columns.ts';
import { columns as foldColumns } from './fold.ts';
import { columns as pointColumns } from './points.ts';

/** Columns of a power law, beside those of every fold. A number that does not exist is NaN. */
export const lawColumns = {
  exponent: float64('p in y = c·xᵖ, least squares on logarithms'),
  exponentLow: float64('lower end of the 95 % interval of p'),
  exponentHigh: float64('upper end'),
  interval: utf8('student-t (over seeds), bca (bootstrap over 25 seeds or more), ols-t (of one line) or none'),
  prefactor: float64('c in y = c·xᵖ'),
  r2: float64('1 − SSres/SStot on logarithms: near 1 for many curves that are not power laws'),
  n: int32('points fitted', 'point'),
  windowLow: float64('smallest x fitted'),
  windowHigh: float64('largest x fitted'),
  localExponents: float64s('exponents between neighbouring points fitted'),
  nullExponent: float64('exponent of the rival, S ~ 1/η: 1 for the drift, −1 for S itself'),
  nullR2: float64('R² of the rival, whose prefactor alone is fitted'),
  stableExponent: float64('p on the points with η·λ₁(0) ≤ 1 in every seed; NaN if λ₁ was not measured'),
  stableExponentLow: float64('lower end of its 95 % interval'),
  stableExponentHigh: float64('upper end'),
  stableN: int32('points with η·λ₁(0) ≤ 1', 'point'),
  ...pointColumns,
  pointsFitted: float64s('1 if the point entered the fit'),
};

/** Columns of the table `fits`: those that all power laws share. */
export const columns = { ...foldColumns, ...lawColumns };
