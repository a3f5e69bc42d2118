import { readFileSync } from 'node:fs';
import { lastValueFrom, map, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { reader } from '../src/executors/reader.ts';
import { type EngineName, engines } from '../src/math/engines/engines.ts';
import { trajectory } from '../src/pipelines/experiment.ts';
import { gridRuns, parse } from '../src/pipelines/parse.ts';
import { builtIn } from '../src/pipelines/registry.ts';

const eps = Number.EPSILON;

interface Point {
  readonly step: number;
  readonly learningRate: number;
  readonly loss: number;
  readonly drift: readonly number[];
  readonly imbalanceSum: readonly number[];
}

interface Case {
  readonly spec: Readonly<Record<string, unknown>> & {
    readonly model: { readonly hidden: readonly number[]; readonly activation: string };
    readonly loss: string;
    readonly steps: number;
    readonly optimizer: { readonly kind: string };
    readonly grid: { readonly learningRate: readonly number[]; readonly seed: readonly number[] };
  };
  readonly points: readonly Point[];
  /** The largest eigenvalues of the Hessian after the last step, descending, and the smallest, ascending. */
  readonly top: readonly number[];
  readonly bottom: readonly number[];
}

const { cases }: { cases: Case[] } = JSON.parse(
  readFileSync(new URL('reference/trajectories.json', import.meta.url), 'utf8'),
);
const titled = cases.map((one) => {
  const { model, optimizer, grid } = one.spec;
  const title = `${optimizer.kind}, ${model.hidden.length + 1} matrices, ${model.activation}, rate ${grid.learningRate[0]}`;
  return { title, ...one };
});

const makeData = reader(builtIn.data);

describe.each<EngineName>(['typed-array', 'wasm'])('a spec run from its seed, %s', (engine) => {
  it.each(titled)('is PyTorch’s: $title', async ({ spec, points, top, bottom }) => {
    const measure = [
      { op: 'conservation' },
      { op: 'hessian', k: 3, bottom: 3, every: spec.steps, tol: 1e-9 },
      { op: 'denseSpectrum', every: spec.steps },
    ];
    const [run] = gridRuns(parse({ ...spec, measure }, builtIn), builtIn);
    const { rows } = trajectory(run!.config, builtIn, makeData, { engine: engines[engine] });
    const all = await lastValueFrom(
      rows.pipe(
        map(({ state: _, ...row }) => row as unknown as Point & Record<string, Float64Array>),
        toArray(),
      ),
    );
    expect(all).toHaveLength(spec.steps + 1);
    const weights = Math.max(...all.map(({ weightNormSq }) => weightNormSq!.reduce((sum, square) => sum + square)));
    for (const { step, ...theirs } of points) {
      const row = all[step]!;
      expect(Math.abs(row.loss / theirs.loss - 1)).toBeLessThan(1e-9);
      // the last row's is of a step that is not made
      if (step < spec.steps) expect(Math.abs(row.learningRate / theirs.learningRate - 1)).toBeLessThan(64 * eps);
      expect(row.imbalanceSum).toHaveLength(spec.model.hidden.length);
      for (const [l, S] of theirs.imbalanceSum.entries()) {
        expect(Math.abs(row.imbalanceSum[l]! - S)).toBeLessThanOrEqual(1e-9 * Math.abs(S));
        // the file's drift is a difference of rounded norms
        const drift = theirs.drift[l]!;
        expect(Math.abs(row.drift[l]! - drift)).toBeLessThanOrEqual(1e-9 * Math.abs(drift) + 64 * eps * weights);
      }
    }
    const last = all.at(-1)!;
    const size = Math.max(...[...top, ...bottom].map(Math.abs));
    const apart = (ours: ArrayLike<number>, theirs: readonly number[]) =>
      Math.max(...theirs.map((value, i) => Math.abs(ours[i]! - value))) / size;
    const dense = last['hessianSpectrum']!;
    expect(apart(dense, bottom)).toBeLessThan(1e-9);
    expect(apart(dense.toReversed(), top)).toBeLessThan(1e-9);
    expect(apart(last['hessianLowest']!, bottom)).toBeLessThan(1e-9);
    expect(apart(last['hessianEigenvalues']!, top)).toBeLessThan(1e-9);
  });
});
