import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { draw, type MlpOptions, mlp, tensorsOf } from '../../../src/math/models/mlp.ts';
import { nativeRandom } from '../../../src/math/random/native.ts';

const width = fc.integer({ min: 1, max: 9 });
const shapes = fc.record({ hidden: fc.array(width, { maxLength: 7 }), bias: fc.boolean(), d: width, k: width });

describe('mlp', () => {
  it('is a bias-free relu network unless told otherwise', () => {
    const { hidden, activation, bias } = mlp({ hidden: [3] });
    expect({ hidden, name: activation.name, bias }).toEqual({ hidden: [3], name: 'relu', bias: false });
  });

  it.each([0, -1, 1.5, NaN, Infinity])('refuses a width of %s', (w) => {
    expect(() => mlp({ hidden: [4, w] })).toThrow(new RangeError(`mlp: widths must be positive integers, got ${w}`));
  });

  it('refuses a slope for an activation without one', () => {
    expect(() => mlp({ hidden: [4], activation: 'relu', slope: 0.1 })).toThrow(
      new RangeError('mlp: slope belongs to leaky-relu, got it with relu'),
    );
  });

  it('hands the slope on to leaky-relu', () => {
    const { activation } = mlp({ hidden: [4], activation: 'leaky-relu', slope: 0.5 });
    const h = new Float64Array(1);
    activation.forward(Float64Array.of(-2), h, new Float64Array(1), 1);
    expect(h[0]).toBe(-1);
  });

  it('does not follow later changes of the widths it was given', () => {
    const hidden = [3];
    const model = mlp({ hidden });
    hidden.push(4);
    expect(model.hidden).toEqual([3]);
  });

  it('takes no activation that there is not', () => {
    expectTypeOf<Extract<MlpOptions['activation'], string | undefined>>().toEqualTypeOf<
      'identity' | 'relu' | 'leaky-relu' | 'tanh' | 'sigmoid' | 'softplus' | 'silu' | 'gelu' | undefined
    >();
    // @ts-expect-error a misspelt activation
    const misspelt = () => mlp({ hidden: [2], activation: 'rleu' });
    expect(misspelt).toThrow(/^mlp: activation must be one of identity, relu, .*, got /);
  });
});

describe('tensorsOf', () => {
  it('lays W₁, b₁, W₂, b₂, … end to end, of shapes that chain from d to k', () => {
    fc.assert(
      fc.property(shapes, ({ hidden, bias, d, k }) => {
        const tensors = tensorsOf(mlp({ hidden, bias }), d, k);
        let end = 0;
        for (const { offset, rows, cols } of tensors) {
          expect(offset).toBe(end);
          end += rows * cols;
        }
        const weights = tensors.filter(({ kind }) => kind === 'weight');
        expect(weights.map(({ cols }) => cols)).toEqual([d, ...hidden]);
        expect(weights.map(({ rows }) => rows)).toEqual([...hidden, k]);
        const biases = tensors.filter(({ kind }) => kind === 'bias');
        expect(biases.map(({ rows, cols }) => [rows, cols])).toEqual(bias ? weights.map(({ rows }) => [rows, 1]) : []);
        const order = weights.flatMap((_, l) => (bias ? [`W${l + 1}`, `b${l + 1}`] : [`W${l + 1}`]));
        expect(tensors.map(({ name }) => name)).toEqual(order);
        expect(tensors.every(({ name, layer }) => name.slice(1) === String(layer))).toBe(true);
      }),
    );
  });
});

describe('draw', () => {
  it('draws tensor by tensor from one stream, uniform in ±1/√fan_in, biases by their weights’ fan_in', () => {
    fc.assert(
      fc.property(shapes, fc.nat(), ({ hidden, bias, d, k }, seed) => {
        const tensors = tensorsOf(mlp({ hidden, bias }), d, k);
        const theta = draw(tensors, nativeRandom(seed));
        const again = nativeRandom(seed);
        for (const { layer, offset, rows, cols } of tensors) {
          const bound = 1 / Math.sqrt(tensors.find((t) => t.kind === 'weight' && t.layer === layer)!.cols);
          const block = theta.subarray(offset, offset + rows * cols);
          expect(block).toEqual(again.uniform(rows * cols, -bound, bound));
          expect(block.every((w) => Math.abs(w) <= bound)).toBe(true);
        }
        expect(theta).toHaveLength(tensors.reduce((sum, { rows, cols }) => sum + rows * cols, 0));
      }),
    );
  });
});
