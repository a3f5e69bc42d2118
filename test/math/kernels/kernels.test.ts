import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { START } from '../../../src/math/kernels/kernels.ts';
import { simd } from '../../../src/math/kernels/simd.ts';
import { activations } from '../../../src/math/models/activations.ts';

const lent = simd.acquire(65536);
const { kernels } = lent;
afterAll(() => simd.release(lent));
const names = ['leaky-relu', 'tanh', 'sigmoid', 'softplus', 'silu', 'gelu'] as const;

/** Arguments where branches meet, and doubles of all sizes. */
const edges = [
  0,
  -0,
  NaN,
  Infinity,
  -Infinity,
  5e-324,
  1e-8,
  20,
  -20,
  40,
  -40,
  709.79,
  -709,
  -745.14,
  -746,
  0.41,
  4 * Math.SQRT2,
];
const numbers = fc.array(
  fc.oneof(fc.double({ min: -50, max: 50 }), fc.double(), fc.double({ min: -1, max: 1 }), fc.constantFrom(...edges)),
  { minLength: 8, maxLength: 8 },
);

describe('an activation of the kernels', () => {
  it.each(names)('has every bit of %s and its derivatives as TypeScript computes them', (name) => {
    const kind = names.indexOf(name) + 2;
    const activation = activations[name](name === 'leaky-relu' ? -0.3 : undefined);
    // two rows of a panel each
    const [z, h, slope, back, bend] = [0, 1, 2, 3, 4].map(
      (i) => new Float64Array(kernels.memory.buffer, START + 64 * i, 8),
    );
    fc.assert(
      fc.property(numbers, (values) => {
        z!.set(values);
        back!.fill(1);
        const at = (array: Float64Array | undefined) => array!.byteOffset;
        kernels.activate(kind, -0.3, at(z), at(h), at(slope), 2, 4, 64);
        const expected = { h: new Float64Array(8), slope: new Float64Array(8), bend: new Float64Array(8) };
        activation.forward(z!, expected.h, expected.slope, 8);
        expect([...h!]).toEqual([...expected.h]);
        expect([...slope!]).toEqual([...expected.slope]);
        if (!activation.curvature) return;
        kernels.curve(kind, at(z), at(h), at(slope), at(back), at(bend), 2, 4, 64);
        activation.curvature(z!, expected.h, expected.slope, expected.bend, 8);
        expect([...bend!]).toEqual([...expected.bend]);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the module', () => {
  it('has its own data below the workspace', () => {
    expect(kernels.base()).toBeLessThanOrEqual(START);
  });
});
