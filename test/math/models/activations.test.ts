import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Activation,
  type ActivationName,
  activations,
  gelu,
  leakyRelu,
  relu,
  sigmoid,
  silu,
  softplus,
} from '../../../src/math/models/activations.ts';

const all = Object.keys(activations) as ActivationName[];
const finite = fc.double({ min: -30, max: 30, noNaN: true });

function at(activation: Activation, ...z: number[]) {
  const [h, slope, bend] = [new Float64Array(z.length), new Float64Array(z.length), new Float64Array(z.length)];
  activation.forward(Float64Array.from(z), h, slope, z.length);
  activation.curvature?.(Float64Array.from(z), h, slope, bend, z.length);
  return { h: [...h], slope: [...slope], bend: [...bend] };
}

describe('activations', () => {
  it.each(all)('%s has the name that specs call it by', (name) => {
    expect(activations[name]().name).toBe(name);
  });

  it.each(all)('%s has the slope and the curvature of its difference quotients', (name) => {
    const activation = activations[name](undefined);
    const h = 1e-4;
    fc.assert(
      fc.property(finite, (z) => {
        fc.pre(Math.abs(z) > 2 * h); // the kink of a piecewise one
        const [below, here, above] = [z - h, z, z + h].map((x) => at(activation, x));
        // σ‴ ≤ 2 for tanh: h²σ‴/6 and the rounding ε·30/h
        expect(Math.abs((above!.h[0]! - below!.h[0]!) / (2 * h) - here!.slope[0]!)).toBeLessThan(1e-8);
        expect(Math.abs((above!.slope[0]! - below!.slope[0]!) / (2 * h) - here!.bend[0]!)).toBeLessThan(1e-7);
      }),
    );
  });

  it.each(all)('%s says truly whether σ(cz) = cσ(z) for c > 0', (name) => {
    const activation = activations[name](undefined);
    const holds = ([c, z]: [number, number]) => {
      const [scaled] = at(activation, c * z).h;
      const [plain] = at(activation, z).h;
      return Math.abs(scaled! - c * plain!) <= 4 * Number.EPSILON * Math.abs(c * z);
    };
    const pairs: [number, number][] = [0.5, 2, 3, 7.3].flatMap((c) =>
      [-4, -0.3, 0, 0.2, 5].map((z): [number, number] => [c, z]),
    );
    expect(pairs.every(holds)).toBe(activation.homogeneous);
  });

  it.each(all)('%s keeps NaN, and makes none of an infinity', (name) => {
    const activation = activations[name](undefined);
    const { h } = at(activation, NaN, Infinity, -Infinity);
    expect(h[0]).toBeNaN();
    expect(h.slice(1).some(Number.isNaN)).toBe(false);
  });

  it.each(all)('%s leaves what lies beyond the n leading entries', (name) => {
    const [h, slope] = [new Float64Array(3).fill(9), new Float64Array(3).fill(9)];
    activations[name](undefined).forward(Float64Array.of(1, 1, 1), h, slope, 2);
    expect([h[2], slope[2]]).toEqual([9, 9]);
  });

  it('relu is max(z, 0), with slope 0 at the kink', () => {
    expect(at(relu, -2, -0, 0, 3)).toMatchObject({ h: [0, 0, 0, 3], slope: [0, 0, 0, 1] });
  });

  it('leaky relu has its slope left of zero and at it, and 0.01 by default', () => {
    expect(at(leakyRelu(0.25), -4, 0, 2)).toMatchObject({ h: [-1, 0, 2], slope: [0.25, 0.25, 1] });
    expect(at(leakyRelu(), -100).h[0]).toBe(-1);
  });

  it('the smooth ones have the limits of their definitions far out, without NaN', () => {
    const far = [-1e300, -800, 800, 1e300];
    const zero = [0, 0, 0, 0];
    expect(at(sigmoid, ...far)).toEqual({ h: [0, 0, 1, 1], slope: zero, bend: [0, 0, -0, -0] });
    expect(at(softplus, ...far)).toEqual({ h: [0, 0, 800, 1e300], slope: [0, 0, 1, 1], bend: zero });
    expect(at(silu, ...far)).toEqual({ h: [0, 0, 800, 1e300], slope: [0, 0, 1, 1], bend: zero });
    expect(at(gelu, ...far)).toEqual({ h: [0, 0, 800, 1e300], slope: [0, 0, 1, 1], bend: zero });
  });

  it('gelu is z·Φ(z) and softplus log(1 + eᶻ), at values known in closed form', () => {
    expect(at(softplus, 0)).toEqual({ h: [Math.LN2], slope: [0.5], bend: [0.25] });
    expect(at(sigmoid, 0)).toEqual({ h: [0.5], slope: [0.25], bend: [0] });
    expect(at(silu, 0)).toEqual({ h: [0], slope: [0.5], bend: [0.5] });
    const { h, slope, bend } = at(gelu, 0);
    expect([h[0], slope[0]]).toEqual([0, 0.5]);
    expect(bend[0]).toBeCloseTo(Math.sqrt(2 / Math.PI), 15);
  });
});
