import { mean, standardDeviation } from './line.ts';

/** Value of one run: y at x, for one seed. */
export interface RunValue {
  readonly x: number;
  /** NaN or ±Infinity if the run diverged. */
  readonly y: number;
  readonly seed: number;
  /** η·λ_max at the start of the run; null, NaN or absent if the sharpness is not known. */
  readonly etaLambda?: number | null;
}

/** Runs at one x. */
export interface RunsAtX {
  readonly x: number;
  readonly all: readonly RunValue[];
  /** Runs with a finite y. */
  readonly finite: readonly RunValue[];
  /** Mean of y over these; NaN if there is none. */
  readonly mean: number;
}

/** Values measured at one x. */
export interface SeedPoint {
  readonly x: number;
  /** Mean of y over the seeds with a finite y; NaN if there is none. */
  readonly mean: number;
  /** Standard deviation over the same seeds; divisor: their count, as in the paper's files. */
  readonly deviation: number;
  /** Seeds with a finite y. */
  readonly finite: number;
  /** Seeds measured, diverged ones included. */
  readonly total: number;
}

/** Groups runs by x, ascending, and lists their seeds in the order they first appear. */
export function runsByX(runs: Iterable<RunValue>): { seeds: number[]; groups: RunsAtX[] } {
  const seeds = new Set<number>();
  const byX = new Map<number, RunValue[]>();
  for (const run of runs) {
    seeds.add(run.seed);
    const group = byX.get(run.x);
    if (group === undefined) byX.set(run.x, [run]);
    else group.push(run);
  }
  const groups = [...byX].map(([x, all]) => {
    const finite = all.filter(({ y }) => Number.isFinite(y));
    return { x, all, finite, mean: mean(finite.map(({ y }) => y)) };
  });
  return { seeds: [...seeds], groups: groups.sort((a, b) => a.x - b.x) };
}

/** Summarizes the runs at one x over their seeds. */
export const pointOf = ({ x, all, finite, mean }: RunsAtX): SeedPoint => ({
  x,
  mean,
  deviation: standardDeviation(
    finite.map(({ y }) => y),
    0,
  ),
  finite: finite.length,
  total: all.length,
});
