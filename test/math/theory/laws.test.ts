import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mlp, tensorsOf } from '../../../src/math/models/mlp.ts';
import type { Tensor } from '../../../src/math/objective.ts';
import { nativeRandom } from '../../../src/math/random/native.ts';
import { type Laws, lawsOf } from '../../../src/math/theory/laws.ts';
import { paired } from '../../helpers/laws.ts';
import { at, build, combine, dot, homogeneous, networks, norm } from '../../helpers/network.ts';

const eps = Number.EPSILON;
const kinds = ['layer', 'neuron', 'matrix'] as const;

const architectures = fc
  .record({
    widths: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 3, maxLength: 9 }),
    bias: fc.boolean(),
    seed: fc.nat(),
  })
  .map(({ widths, bias, seed }) => {
    const tensors = tensorsOf(mlp({ hidden: widths.slice(1, -1), bias }), widths[0]!, widths.at(-1)!);
    const dim = tensors.reduce((sum, { rows, cols }) => sum + rows * cols, 0);
    const random = nativeRandom(seed);
    return { widths, bias, tensors, u: random.normal(dim), v: random.normal(dim), w: random.normal(dim) };
  });

const form = (laws: Laws, u: Float64Array, v: Float64Array): Float64Array => {
  const out = new Float64Array(laws.size).fill(NaN); // whatever was there is overwritten
  laws.form(u, v, out);
  return out;
};

const block = (theta: Float64Array, { offset, rows, cols }: Tensor) => theta.subarray(offset, offset + rows * cols);
const inners = (tensors: readonly Tensor[], u: Float64Array, v: Float64Array) =>
  Float64Array.from(tensors, (tensor) => dot(block(u, tensor), block(v, tensor)));
/** Rounding of a form: sums of fewer than a thousand products of the two vectors' entries. */
const rounding = (u: Float64Array, v: Float64Array) => 64 * eps * norm(u) * norm(v);

describe('a conservation law', () => {
  it('is, on a network written out by hand, what its label says', () => {
    // W₁ = (1 2; 3 4), b₁ = (5, 6), W₂ = (7 8), b₂ = 9
    const tensors = tensorsOf(mlp({ hidden: [2], bias: true }), 2, 1);
    const theta = Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
    const C = (options: Parameters<typeof lawsOf>[1]) => [...form(lawsOf(paired(tensors), options), theta, theta)];
    expect(C({})).toEqual([49 + 64 - (1 + 4 + 9 + 16) - (25 + 36)]);
    expect(C({ biases: false })).toEqual([49 + 64 - 30]);
    expect(C({ laws: ['neuron'] })).toEqual([49 - 5 - 25, 64 - 25 - 36]);
    expect(C({ laws: ['neuron'], biases: false })).toEqual([49 - 5, 64 - 25]);
    const corner = 7 * 8 - (1 * 3 + 2 * 4) - 5 * 6;
    expect(C({ laws: ['matrix'], matrix: 'whole' })).toEqual([19, corner, corner, 3]);
    expect(lawsOf(paired(tensors)).laws).toEqual([
      { kind: 'layer', layer: 1, neuron: null, label: '‖W2‖² − ‖W1‖² − ‖b1‖²' },
    ]);
    expect(
      lawsOf(paired(tensors), { laws: ['neuron'], biases: false }).laws.map(({ neuron, label }) => [neuron, label]),
    ).toEqual([
      [0, '‖W2[:,0]‖² − ‖W1[0,:]‖²'],
      [1, '‖W2[:,1]‖² − ‖W1[1,:]‖²'],
    ]);
  });

  it('is symmetric and bilinear', () => {
    fc.assert(
      fc.property(
        architectures,
        fc.subarray([...kinds], { minLength: 1 }),
        fc.boolean(),
        ({ tensors, u, v, w }, some, biases) => {
          const laws = lawsOf(paired(tensors), { laws: some, biases, matrix: 'whole' });
          expect(norm(combine(1, form(laws, u, v), -1, form(laws, v, u)))).toBeLessThanOrEqual(rounding(u, v));
          const sum = form(laws, combine(2, u, -3, w), v);
          const parts = combine(2, form(laws, u, v), -3, form(laws, w, v));
          expect(norm(combine(1, sum, -1, parts))).toBeLessThanOrEqual(
            rounding(combine(2, u, 3, w), v) + rounding(u, v) + rounding(w, v),
          );
        },
      ),
    );
  });

  it('moves under any step D by exactly 2B(θ, D) + B(D, D)', () => {
    fc.assert(
      fc.property(architectures, ({ tensors, u: theta, v: D }) => {
        const laws = lawsOf(paired(tensors), { laws: kinds, matrix: 'whole' });
        const moved = combine(1, theta, 1, D);
        const change = combine(1, form(laws, moved, moved), -1, form(laws, theta, theta));
        const predicted = combine(2, form(laws, theta, D), 1, form(laws, D, D));
        const size = norm(theta) + norm(D);
        expect(norm(combine(1, change, -1, predicted))).toBeLessThanOrEqual(64 * eps * size * size);
      }),
    );
  });

  it('of a layer is the sum of its neurons’ and the trace of its matrix', () => {
    fc.assert(
      fc.property(architectures, fc.boolean(), ({ tensors, widths, u, v }, biases) => {
        const layers = form(lawsOf(paired(tensors), { biases }), u, v);
        const neurons = form(lawsOf(paired(tensors), { laws: ['neuron'], biases }), u, v);
        const matrices = form(lawsOf(paired(tensors), { laws: ['matrix'], matrix: 'whole', biases }), u, v);
        const close = (a: number, b: number) => expect(Math.abs(a - b)).toBeLessThanOrEqual(rounding(u, v));
        let [neuron, entry] = [0, 0];
        for (const [l, width] of widths.slice(1, -1).entries()) {
          let [sum, trace] = [0, 0];
          for (let j = 0; j < width; j++) {
            close(matrices[entry + j * width + j]!, neurons[neuron + j]!);
            sum += neurons[neuron + j]!;
            trace += matrices[entry + j * width + j]!;
          }
          close(layers[l]!, sum);
          close(layers[l]!, trace);
          neuron += width;
          entry += width * width;
        }
        expect([neurons.length, matrices.length]).toEqual([neuron, entry]);
      }),
    );
  });

  it('of a layer is the same from the inner products of the tensors', () => {
    fc.assert(
      fc.property(architectures, fc.boolean(), ({ tensors, u, v }, biases) => {
        const laws = lawsOf(paired(tensors), { biases });
        const out = new Float64Array(laws.size);
        laws.ofSums!(inners(tensors, u, v), out);
        expect(norm(combine(1, out, -1, form(laws, u, v)))).toBeLessThanOrEqual(rounding(u, v));
      }),
    );
  });

  it('is listed layers first, then neurons, then matrices, in whatever order they are asked for', () => {
    const tensors = tensorsOf(mlp({ hidden: [2, 3] }), 4, 5);
    const kindsOf = (laws: readonly (typeof kinds)[number][]) =>
      lawsOf(paired(tensors), { laws }).laws.map(({ kind, layer }) => `${kind} ${layer}`);
    const expected = [
      'layer 1',
      'layer 2',
      'neuron 1',
      'neuron 1',
      'neuron 2',
      'neuron 2',
      'neuron 2',
      'matrix 1',
      'matrix 2',
    ];
    expect(kindsOf(['layer', 'neuron', 'matrix'])).toEqual(expected);
    expect(kindsOf(['matrix', 'neuron', 'layer'])).toEqual(expected);
    expect(kindsOf(['matrix', 'layer'])).toEqual(expected.filter((law) => !law.startsWith('neuron')));
  });

  it('is one entry, or one range of entries, per law; the ranges cover the form without a gap', () => {
    fc.assert(
      fc.property(
        architectures,
        fc.subarray([...kinds]),
        fc.constantFrom('norm' as const, 'whole' as const),
        ({ tensors }, some, matrix) => {
          const { laws, ranges, size } = lawsOf(paired(tensors), { laws: some, matrix });
          expect(ranges).toHaveLength(laws.length);
          let end = 0;
          for (const [from, to] of ranges) {
            expect(from).toBe(end);
            expect(to).toBeGreaterThan(from);
            end = to;
          }
          expect(end).toBe(size);
          expect(new Set(laws.map(({ label }) => label)).size).toBe(laws.length);
        },
      ),
    );
  });

  it('does not exist for a network without hidden layers', () => {
    const tensors = tensorsOf(mlp({ hidden: [], bias: true }), 3, 2);
    for (const laws of [['layer'], ['neuron'], ['matrix'], [...kinds]] as const) {
      expect(lawsOf(paired(tensors), { laws })).toMatchObject({ laws: [], size: 0, ranges: [] });
    }
  });
});

describe('the symmetry A = B(θ, ∇L)', () => {
  const symmetry = (
    { L, theta }: Pick<ReturnType<typeof build>, 'L' | 'theta'>,
    options: Parameters<typeof lawsOf>[1],
  ) => {
    const { gradient } = at(L.open(), L, theta);
    const A = form(lawsOf(L, options), theta, gradient);
    // ∇L itself is rounded: relative to the blocks it is made of, a few ε for each of at most 8 layers of at most 8 terms
    const scale = inners(L.tensors, theta, theta).reduce(
      (sum, square, t) => sum + Math.sqrt(square) * norm(block(gradient, L.tensors[t]!)),
      0,
    );
    return { worst: Math.max(...A.map(Math.abs)), scale };
  };

  it('is zero to rounding for a homogeneous activation, with and without biases, per layer and per neuron', () => {
    let moving = 0; // networks that have a gradient
    fc.assert(
      fc.property(networks({ activations: homogeneous }), (small) => {
        const { worst, scale } = symmetry(small, { laws: ['layer', 'neuron'] });
        expect(worst).toBeLessThanOrEqual(64 * eps * scale);
        if (scale > 0) moving++;
      }),
      { numRuns: 300 },
    );
    expect(moving).toBeGreaterThan(100);
  });

  it('is zero to rounding for the whole matrix if the network is linear', () => {
    let moving = 0; // networks that have a gradient
    fc.assert(
      fc.property(networks({ activations: ['identity'] }), (small) => {
        const { worst, scale } = symmetry(small, { laws: ['matrix'], matrix: 'whole' });
        expect(worst).toBeLessThanOrEqual(64 * eps * scale);
        if (scale > 0) moving++;
      }),
    );
    expect(moving).toBeGreaterThan(50);
  });

  const wide = { widths: [5, 6, 4, 3], slope: undefined, loss: 'mse', n: 6 } as const;

  it.each([1, 2, 3])('is not zero for tanh (seed %s)', (seed) => {
    const { worst, scale } = symmetry(build({ ...wide, activation: 'tanh', bias: true, seed }), {});
    expect(worst).toBeGreaterThan(1e-4 * scale);
  });

  it.each([1, 2, 3])('is not zero for the whole matrix of a relu network (seed %s)', (seed) => {
    const { worst, scale } = symmetry(build({ ...wide, activation: 'relu', bias: false, seed }), {
      laws: ['matrix'],
      matrix: 'whole',
    });
    expect(worst).toBeGreaterThan(1e-4 * scale);
  });

  it.each([1, 2, 3])('is not zero without b if there are biases, and is zero if there are none (seed %s)', (seed) => {
    const options = { biases: false };
    const biased = symmetry(build({ ...wide, activation: 'relu', bias: true, seed }), options);
    expect(biased.worst).toBeGreaterThan(1e-4 * biased.scale);
    const plain = symmetry(build({ ...wide, activation: 'relu', bias: false, seed }), options);
    expect(plain.worst).toBeLessThanOrEqual(64 * eps * plain.scale);
  });
});
