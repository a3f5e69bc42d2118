import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { gaussianMixture } from '../../../../src/math/data/gaussian-mixture.ts';
import { mlp } from '../../../../src/math/models/mlp.ts';
import { objective } from '../../../../src/math/risk.ts';

/** Numbers that PyTorch computed in float64: see test/reference/generate.py. */
interface Case {
  readonly seed: number;
  readonly widths: readonly number[];
  readonly activation: 'relu' | 'linear';
  readonly loss: 'ce' | 'mse';
  readonly data: { readonly n: number; readonly d: number; readonly classes: number; readonly separation: number };
  readonly runs: readonly {
    readonly learningRate: number;
    readonly steps: number;
    readonly drift: readonly number[];
    readonly imbalanceSum: readonly number[];
  }[];
  readonly hessian?: { readonly hvp: readonly number[] };
}

interface EdgeCase {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly widths: readonly number[];
  readonly parameters: readonly (readonly number[])[];
  readonly learningRate: number;
  readonly points: readonly { readonly step: number; readonly loss: number }[];
  readonly firstAbove: number;
}

const folder = new URL('../../../reference/', import.meta.url);
const load = (name: string) => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
const named = (pattern: RegExp) => readdirSync(folder).filter((name) => pattern.test(name));

const sumsFor = (tensors: readonly unknown[]) => {
  const none = () => new Float64Array(tensors.length);
  return { weightNormSq: none(), gradientNormSq: none(), inner: none() };
};

const total = (values: Iterable<number>) => [...values].reduce((sum, value) => sum + value, 0);

describe('the wasm engine against PyTorch', () => {
  it.each(named(/^(ce|mse)-.*json$/))('drifts as %s from the seed, at every rate', (name) => {
    const file: Case = load(name);
    const L = objective({
      model: mlp({ hidden: file.widths.slice(1, -1), activation: file.activation === 'relu' ? 'relu' : 'identity' }),
      loss: file.loss === 'ce' ? 'cross-entropy' : 'mse',
      data: gaussianMixture(file.data),
      seed: file.seed,
      engine: 'wasm',
    });
    const evaluation = L.open();
    const gradient = new Float64Array(L.dim);
    const sums = sumsFor(L.tensors);
    for (const { learningRate, steps, drift, imbalanceSum } of file.runs) {
      const theta = L.start();
      const S = drift.map(() => 0);
      let first = sums.weightNormSq;
      for (let t = 0; t <= steps; t++) {
        evaluation.evaluate(theta, gradient, sums);
        if (t === 0) first = sums.weightNormSq.slice();
        if (t === steps) break;
        for (let l = 0; l < S.length; l++) S[l]! += sums.gradientNormSq[l + 1]! - sums.gradientNormSq[l]!;
        for (let i = 0; i < theta.length; i++) theta[i] = theta[i]! - learningRate * gradient[i]!;
      }
      const last = sums.weightNormSq;
      const rounding = 64 * Number.EPSILON * total(last);
      for (const [l, expected] of drift.entries()) {
        const ours = last[l + 1]! - last[l]! - (first[l + 1]! - first[l]!);
        expect(Math.abs(ours - expected)).toBeLessThanOrEqual(1e-9 * Math.abs(expected) + rounding);
        expect(Math.abs(S[l]! - imbalanceSum[l]!)).toBeLessThanOrEqual(1e-9 * Math.abs(imbalanceSum[l]!));
      }
    }
    if (file.hessian) {
      evaluation.evaluate(L.start(), gradient, sums);
      const v = Float64Array.from(gradient, (_, i) => Math.sin(i + 1));
      const Hv = evaluation.hvp!(v, new Float64Array(L.dim));
      const [difference, size] = [
        total(Hv.map((h, i) => (h - file.hessian!.hvp[i]!) ** 2)),
        total(file.hessian.hvp.map((h) => h * h)),
      ];
      expect(Math.sqrt(difference / size)).toBeLessThan(1e-10);
    }
    evaluation.close();
  });

  // from there on every rounding grows
  it.each(named(/^edge-.*json$/))('descends as %s until the edge of stability: tanh, with biases', (name) => {
    const file: EdgeCase = load(name);
    const n = file.x.length;
    const L = objective({
      model: mlp({ hidden: file.widths.slice(1, -1), activation: 'tanh', bias: true }),
      loss: 'mse',
      data: { n, d: 1, k: 1, x: Float64Array.from(file.x), y: Float64Array.from(file.y) },
      engine: 'wasm',
    });
    const evaluation = L.open();
    const gradient = new Float64Array(L.dim);
    const sums = sumsFor(L.tensors);
    const theta = Float64Array.from(file.parameters.flat());
    const expected = new Map(file.points.map(({ step, loss }) => [step, loss]));
    for (let t = 0; t < file.firstAbove; t++) {
      const loss = evaluation.evaluate(theta, gradient, sums);
      const point = expected.get(t);
      if (point !== undefined) expect(Math.abs(loss / point - 1)).toBeLessThan(1e-9);
      for (let i = 0; i < theta.length; i++) theta[i] = theta[i]! - file.learningRate * gradient[i]!;
    }
    evaluation.close();
  });
});
