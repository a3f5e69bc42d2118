import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nativeRandom } from '../../../../src/math/random/native.ts';
import { gradientPair, pushGradient, sketched } from '../../../../src/math/theory/edge/gradient-pair.ts';
import { combine, dot, norm } from '../../../helpers/network.ts';

const sketchOf = (gradient: Float64Array) => {
  const y = new Float64Array(sketched);
  pushGradient(gradientPair(), gradient, y);
  return y;
};
const pairOf = (...gradients: Float64Array[]) => {
  const pair = gradientPair();
  for (const gradient of gradients) pushGradient(pair, gradient, new Float64Array(sketched));
  return pair;
};
const vectors = fc
  .integer({ min: 1, max: 30 })
  .chain((d) => fc.tuple(fc.constant(d), fc.nat()))
  .map(([d, seed]) => ({ d, random: nativeRandom(seed) }));

describe('a gradient and the one before it', () => {
  it('have the curvature of the step and the cosine that their products give', () => {
    fc.assert(
      fc.property(vectors, ({ d, random }) => {
        const [g, next] = [random.normal(d), random.normal(d)];
        const pair = pairOf(g, next);
        const [gg, gn] = [dot(g, g), dot(g, next)];
        expect(pair.stepCurvature).toBeCloseTo((gg - gn) / gg, 10);
        expect(pair.cosine).toBeCloseTo(gn / (norm(g) * norm(next)), 10);
        expect(pair.growth).toBeCloseTo(Math.log(norm(next) / norm(g)), 10);
        expect(pair.last).toEqual(next);
        expect(pair.meaningful).toBe(true);
      }),
    );
  });

  it('say nothing at the first', () => {
    expect(pairOf(Float64Array.of(1, 2))).toMatchObject({ stepCurvature: null, cosine: null, meaningful: false });
  });

  it('have s = 2 and cosine −1 if one undoes the other, and a cosine never beyond', () => {
    const g = nativeRandom(1).normal(101);
    expect(pairOf(g, combine(-1, g, 0, g))).toMatchObject({ stepCurvature: 2, cosine: -1 });
    expect(pairOf(g, combine(1 / 3, g, 0, g)).cosine).toBeLessThanOrEqual(1);
  });

  it('are rounding once they are 10⁻¹² of the largest there was, or none', () => {
    const of = (...sizes: number[]) => pairOf(...sizes.map((size) => Float64Array.of(size, -size))).meaningful;
    expect(of(1, 1e-11, -1e-11)).toBe(true);
    expect(of(1, 1e-13, -1e-13)).toBe(false);
    expect(of(0, 0)).toBe(false);
    expect(of(1, 1, NaN)).toBe(false);
    expect(of(1, 1, 1e200)).toBe(false);
  });
});

describe('the sketch of a gradient', () => {
  it('is linear, so that what comes back has the sketch it had', () => {
    fc.assert(
      fc.property(vectors, ({ d, random }) => {
        const [a, b] = [random.normal(d), random.normal(d)];
        const sum = sketchOf(combine(2, a, -3, b));
        const expected = combine(2, sketchOf(a), -3, sketchOf(b));
        for (const [j, y] of sum.entries()) expect(y).toBeCloseTo(expected[j]!, 11);
      }),
    );
  });

  it('keeps the distance of gradients in the mean', () => {
    const random = nativeRandom(7);
    let ratio = 0;
    const trials = 400;
    for (let i = 0; i < trials; i++) {
      const [a, b] = [random.normal(60), random.normal(60)];
      const distance = (x: Float64Array, y: Float64Array) => norm(combine(1, x, -1, y)) ** 2;
      ratio += distance(sketchOf(a), sketchOf(b)) / distance(a, b) / trials;
    }
    // eight normal entries: the squared length varies by √(2/8), the mean of 400 by .025; four times that
    expect(Math.abs(ratio - 1)).toBeLessThan(0.1);
  });
});
