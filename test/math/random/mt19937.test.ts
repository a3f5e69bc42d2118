import { describe, expect, it } from 'vitest';
import { MT19937 } from '../../../src/math/random/mt19937.ts';

const first = (seed: number, count: number) => {
  const generator = new MT19937(seed);
  return Array.from({ length: count }, () => generator.next());
};

describe('MT19937', () => {
  it('has the 10,000th output that the C++ standard asks of std::mt19937', () => {
    expect(first(5489, 10_000).at(-1)).toBe(4123659995); // [rand.predef]
  });

  it('begins for seed 42 as PyTorch does', () => {
    expect(first(42, 2)).toEqual([1608637542, 3421126067]);
  });

  it('gives 32-bit outputs, about half of them with the highest bit set', () => {
    const outputs = first(7, 10_000);
    expect(outputs.every((r) => Number.isInteger(r) && r >= 0 && r < 2 ** 32)).toBe(true);
    const high = outputs.filter((r) => r >= 2 ** 31).length;
    expect(Math.abs(high - 5_000)).toBeLessThan(5 * 50); // five standard deviations of a fair coin
  });

  it('reads the lowest 32 bits of the seed', () => {
    expect(first(2 ** 32 + 42, 5)).toEqual(first(42, 5));
    expect(first(2 ** 32 - 1, 5)).not.toEqual(first(0, 5));
  });
});
