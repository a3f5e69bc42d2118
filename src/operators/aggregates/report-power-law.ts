import type { Values } from '../../columns.ts';
import { digits, many } from '../../digits.ts';
import type { columns } from './fits.ts';
import type { FitReport } from './fold.ts';
import { reportPoints } from './points.ts';

type Fit = Values<typeof columns>;

/** Describes a power law: each point with the local exponent up to it, then what was fitted. */
export function reportPowerLaw(row: Readonly<Record<string, unknown>>): FitReport {
  const fit = row as Fit;
  const { head, rows } = reportPoints(row);
  if (!Number.isFinite(fit.exponent)) {
    const few = `no exponent: ${many(fit.n, 'point')} could be fitted, and a power law takes three`;
    return { head, rows, lines: fit.n ? [few] : [] };
  }
  let fitted = 0; // points up to this one
  const local = Array.from(fit.pointsFitted, (is) => (is && fitted++ ? fit.localExponents[fitted - 2] : undefined));
  return {
    head: [...head, 'local exponent'],
    rows: rows.map((cells, i) => [...cells, digits(local[i], 4)]),
    lines: conclusion(fit),
  };
}

function conclusion(fit: Fit): string[] {
  const between = (low: number, high: number) => `95 % interval ${digits(low)} … ${digits(high)}`;
  const method = `${fit.interval}, ${many(fit.seeds, 'seed')}`;
  const law = `${fit.y} ~ ${fit.x}^${digits(fit.exponent)}`;
  const stable = `${digits(fit.stableExponent)}, ${between(fit.stableExponentLow, fit.stableExponentHigh)}`;
  return [
    `${law}   ${between(fit.exponentLow, fit.exponentHigh)} (${method})`,
    `R² ${formatR2(fit.r2)} on ${many(fit.n, 'point')}`,
    ...(Number.isFinite(fit.nullR2)
      ? [`rival of exponent ${digits(fit.nullExponent)}: R² ${formatR2(fit.nullR2)}`]
      : []),
    ...(Number.isFinite(fit.stableExponent)
      ? [`where η·λ₁(0) ≤ 1: exponent ${stable}, ${many(fit.stableN, 'point')}`]
      : []),
  ];
}

/** Writes an R² so that it does not read 1 if it is less. */
function formatR2(r2: number): string {
  const text = digits(r2);
  return text === '1' && r2 !== 1 ? `1 − ${digits(1 - r2, 2)}` : text;
}
