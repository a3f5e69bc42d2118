import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nativeRandom } from '../../src/math/random/native.ts';
import { powerLaw } from '../../src/math/stats/power-law.ts';
import { openTable } from '../../src/store/tables.ts';
import { rxdescent } from '../helpers/command.ts';
import published from '../reference/published-e05.json' with { type: 'json' };

/**
 * Relative tolerance of the published drift of each rate: there W is float32, and so is every entry of
 * C = ‖W₂‖² − ‖W₁‖² ≈ −20, of which a small drift is the difference.
 */
const driftTolerance = [0.575, 0.08, 1e-2, 1e-2, 1e-3, 5e-4, 2e-4, 3e-5, 3e-5, 3e-5];
/** S is a sum of gradients, in double there too: float32 leaves some 1e-6. */
const sumTolerance = 2e-6;
const swamped = [1e-4, 3e-4];

const { learningRates, seeds } = published;

interface Run {
  readonly run: number;
  readonly learningRate: number;
  readonly seed: number;
  readonly status: string;
  readonly drift: number[];
  readonly imbalanceSum: number[];
}

interface Summary {
  readonly dir: string;
  readonly found: number;
  readonly trained: number;
  readonly runs: Run[];
  readonly fits: { exponent: number; localExponents: number[]; n: number }[];
  readonly claims: { claim: string; numberVerdict: string; ours: number }[];
}

const fit = (drift: (rate: number, seed: number) => number, keep = (_rate: number) => true) =>
  powerLaw(
    learningRates.filter(keep).flatMap((x) => seeds.map((seed) => ({ x, y: drift(x, seed), seed }))),
    { random: nativeRandom(1) },
  );
const publishedDrift = (rate: number, seed: number): number =>
  published.drift[learningRates.indexOf(rate)]![seeds.indexOf(seed)]!;

/**
 * Tolerance of a fit's exponent that follows from these, Σ (xᵢ − x̄)·ln yᵢ / Σ (xᵢ − x̄)², without the two swamped points: each
 * y is a mean over five seeds, and what float32 does to one number it does not do to another, so squares add.
 */
function slopeTolerance(keep = (_rate: number) => true): number {
  const at = learningRates.filter(keep).map(Math.log);
  const mean = at.reduce((sum, x) => sum + x) / at.length;
  const squares = at.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  const open = learningRates.map((rate, i) =>
    keep(rate) && !swamped.includes(rate) ? (Math.log(rate) - mean) * driftTolerance[i]! : 0,
  );
  return Math.hypot(...open) / Math.sqrt(seeds.length) / squares;
}

describe('E5 in full: 10 rates, 5 seeds, 2000 steps', () => {
  const out = fs.mkdtempSync(join(tmpdir(), 'rxdescent-e05-'));
  const command = ['run', 'specs/e05-drift-scaling.json', '--out', out] as const;
  let summary: Summary;
  const runOf = (rate: number, seed: number): Run =>
    summary.runs.find(({ learningRate, seed: own }) => learningRate === rate && own === seed)!;
  const drift = (rate: number, seed: number): number => Math.abs(runOf(rate, seed).drift[0]!);
  const S = (rate: number, seed: number): number => Math.abs(runOf(rate, seed).imbalanceSum[0]!);
  const apart = (ours: number, theirs: number): number => Math.abs(ours / theirs - 1);

  beforeAll(() => {
    const { code, stdout, stderr } = rxdescent(...command, '--json');
    expect(code, stderr).toBe(0);
    summary = JSON.parse(stdout);
  });
  afterAll(() => fs.rmSync(out, { recursive: true }));

  it('trains every run to its end', () => {
    expect(summary).toMatchObject({ found: 0, trained: 50 });
    expect(summary.runs.map(({ status }) => status)).toEqual(Array(50).fill('completed'));
  });

  it('has the exponent 1.1687 in float64, which reproduces the published number', () => {
    const [{ exponent, n }] = summary.fits as [Summary['fits'][0]];
    expect(n).toBe(10);
    expect(Math.abs(exponent - 1.1687)).toBeLessThan(1e-4);
    expect(summary.claims).toMatchObject([{ claim: 'alpha', numberVerdict: 'reproduced', ours: exponent }]);
  });

  it('has the published exponents between neighbours, but for those of the two smallest rates', () => {
    const { localExponents } = summary.fits[0]!;
    expect(localExponents).toHaveLength(9);
    for (let i = swamped.length; i < 9; i++) {
      const open = (driftTolerance[i]! + driftTolerance[i + 1]!) / Math.log(learningRates[i + 1]! / learningRates[i]!);
      expect(Math.abs(localExponents[i]! - published.localExponents[i]!)).toBeLessThan(open);
    }
  });

  it('differs from the published exponent by the drifts at 1e-4 and 3e-4, which float32 swamps, and by nothing else', () => {
    const large = (rate: number) => !swamped.includes(rate);
    const { exponent } = summary.fits[0]!;
    const theirs = fit(publishedDrift).exponent;
    expect(Number(theirs.toPrecision(7))).toBe(published.alpha);
    expect(fit(drift).exponent).toBeCloseTo(exponent, 12);

    const difference = exponent - theirs;
    const exchanged = fit((rate, seed) => (large(rate) ? drift : publishedDrift)(rate, seed)).exponent;
    expect(slopeTolerance()).toBeLessThan(difference / 10);
    expect(Math.abs(exchanged - theirs)).toBeLessThan(slopeTolerance());

    const without = fit(drift, large).exponent - fit(publishedDrift, large).exponent;
    expect(slopeTolerance(large)).toBeLessThan(difference / 10);
    expect(Math.abs(without)).toBeLessThan(slopeTolerance(large));
  });

  it.each(learningRates.map((rate, i) => ({ rate, tolerance: driftTolerance[i]! })))(
    'has the published drift of each seed at η = $rate to $tolerance',
    ({ rate, tolerance }) => {
      for (const seed of seeds) expect(apart(publishedDrift(rate, seed), drift(rate, seed))).toBeLessThan(tolerance);
    },
  );

  it('has the published S of each seed, and η² of it as its drift, at the smallest rates too', () => {
    const { imbalanceSum: theirs } = published;
    for (const [i, rate] of theirs.learningRates.entries()) {
      for (const [s, seed] of theirs.seeds.entries()) {
        expect(apart(S(rate, seed), theirs.S[i]![s]!)).toBeLessThan(sumTolerance);
        expect(apart(drift(rate, seed), rate ** 2 * theirs.S[i]![s]!)).toBeLessThan(sumTolerance);
      }
    }
  });

  it('has the published means of S over the seeds', () => {
    const { learningRates: rates, S: theirs } = published.meanImbalanceSum;
    for (const [i, rate] of rates.entries()) {
      const mean = seeds.reduce((sum, seed) => sum + S(rate, seed), 0) / seeds.length;
      expect(apart(mean, theirs[i]!)).toBeLessThan(sumTolerance);
    }
  });

  it('has the published mean losses before the last update', () => {
    const loss = new Map<number, number>();
    for (const batch of openTable(summary.dir, 'steps').batches()) {
      const [run, step, value] = ['run', 'step', 'loss'].map((name) => batch.getChild(name)!);
      for (let i = 0; i < batch.numRows; i++) if (step!.get(i) === 1999) loss.set(run!.get(i), value!.get(i));
    }
    for (const [i, rate] of learningRates.entries()) {
      const mean = seeds.reduce((sum, seed) => sum + loss.get(runOf(rate, seed).run)!, 0) / seeds.length;
      const theirs = published.meanFinalLoss[i]!;
      // the float32 log-softmax of a sample is good to 2⁻²⁴ ≈ 6e-8, its mean over 200 samples to less
      expect(Math.abs(mean - theirs)).toBeLessThan(1e-6 * theirs + 1e-8);
    }
  });

  it('finds its result when it is asked again, says so, and leaves the tables alone', () => {
    const tables = () =>
      fs.readdirSync(summary.dir).map((name) => {
        const path = join(summary.dir, name);
        const { ino, mtimeMs } = fs.statSync(path);
        return { name, ino, mtimeMs, sha256: createHash('sha256').update(fs.readFileSync(path)).digest('hex') };
      });
    const before = tables();
    const { code, stdout } = rxdescent(...command);
    expect(code).toBe(0);
    expect(stdout).toMatch(/50 (runs )?found\b/);
    expect(tables()).toEqual(before);
    expect(JSON.parse(rxdescent(...command, '--json').stdout)).toEqual({ ...summary, found: 50, trained: 0 });
  });
});
