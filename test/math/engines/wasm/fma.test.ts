import { describe, expect, it } from 'vitest';
import * as wasm from '../../../../src/math/engines/wasm/engine.ts';
import * as fma from '../../../../src/math/engines/wasm/fma.ts';
import { apart, at, build, plain, products } from './random-network.ts';

const shape = { ...plain, widths: [40, 30, 21, 10], n: 300, activation: 'gelu' } as const;

describe.runIf(fma.available)('the engine with fused additions', () => {
  it('differs from the plain one in the last bits, and in no more', () => {
    const { network, theta } = build(shape);
    const [ours, plainly] = [fma.open(network), wasm.open(network)];
    const [a, b] = [at(ours, network, theta), at(plainly, network, theta)];
    expect(a.gradient).not.toEqual(b.gradient);
    expect(apart(a.gradient, b.gradient)).toBeLessThan(1e-13);
    const [mine, other] = [products(ours, network, 2), products(plainly, network, 2)];
    for (const name of ['hvp', 'gnvp', 'jvp', 'vjp'] as const)
      expect(apart(mine[name], other[name])).toBeLessThan(1e-13);
    ours.close();
    plainly.close();
  });
});

describe.runIf(!fma.available)('where there is no relaxed SIMD', () => {
  it('is refused', () => {
    expect(() => fma.open(build(shape).network)).toThrow(
      new Error('wasm-fma: this runtime lacks the SIMD instructions; use typed-array'),
    );
  });
});
