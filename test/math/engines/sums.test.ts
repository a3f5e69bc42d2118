import { describe, expect, it } from 'vitest';
import { type EngineName, engines } from '../../../src/math/engines/engines.ts';
import { lawsOf } from '../../../src/math/theory/laws.ts';
import { paired } from '../../helpers/laws.ts';
import { fixed } from '../exact.ts';
import { at, build } from './wasm/random-network.ts';

/** Large enough for one running sum of its 400,000 squares to err by 46 ε, and for four interleaved ones by 32 ε. */
const { network, theta } = build({
  widths: [2000, 200, 2],
  n: 2,
  activation: 'relu',
  bias: false,
  loss: 'mse',
  seed: 2,
});

/** ‖v‖² of a tensor, exact: `fixed` is in units of 2⁻³⁰⁰, so that squares are in units of 2⁻⁶⁰⁰. */
function normSq(v: Float64Array, t: number): number {
  const { offset, rows, cols } = network.tensors[t]!;
  let sum = 0n;
  for (let i = offset; i < offset + rows * cols; i++) sum += fixed(v[i]!) ** 2n;
  return Number(sum >> 400n) * 2 ** -200;
}

const exact = network.tensors.map((_, t) => normSq(theta, t));
/** Some ε/4 for each rounding, of which √4096 count in a block, and √98 among the blocks: here up to 2.6 ε. */
const within = 8 * Number.EPSILON;

describe.each<EngineName>(['typed-array', 'wasm'])('sums over a large layer, %s', (engine) => {
  it('err by a few ε, whatever the number of parameters', () => {
    const evaluation = engines[engine].open(network);
    const { gradient, sums } = at(evaluation, network, theta);
    evaluation.close();
    for (const t of network.tensors.keys()) {
      const ofGradient = normSq(gradient, t);
      expect(Math.abs(sums.weightNormSq[t]! - exact[t]!)).toBeLessThan(within * exact[t]!);
      expect(Math.abs(sums.gradientNormSq[t]! - ofGradient)).toBeLessThan(within * ofGradient);
    }
  });
});

describe('the law of a large layer', () => {
  it('errs by a few ε of Σ‖W‖², beside the laws of its neurons too', () => {
    const laws = lawsOf(paired(network.tensors), { laws: ['layer', 'neuron'] });
    const C = new Float64Array(laws.size);
    laws.form(theta, theta, C);
    const [below, above] = exact as [number, number];
    expect(Math.abs(C[0]! - (above - below))).toBeLessThan(within * (above + below));
  });
});
