import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choose } from '../../../src/math/data/choose.ts';
import { images } from '../../../src/math/data/images.ts';

/** Rows of bytes, in channels of equal size. */
const rows = fc
  .record({
    n: fc.integer({ min: 1, max: 5 }),
    channels: fc.integer({ min: 1, max: 3 }),
    size: fc.integer({ min: 1, max: 6 }),
  })
  .chain(({ n, channels, size }) => {
    const row = fc.uint8Array({ minLength: channels * size, maxLength: channels * size });
    return fc.record({
      channels: fc.constant(channels),
      size: fc.constant(size),
      pixels: fc.array(row, { minLength: n, maxLength: n }),
    });
  });
const labelled = (pixels: readonly Uint8Array[]) => ({ pixels, labels: new Int32Array(pixels.length), k: 2 });

describe('images', () => {
  it('are bytes over 255, one row an image', () => {
    fc.assert(
      fc.property(rows, ({ channels, pixels }) => {
        const { n, d, k, x } = images({ ...labelled(pixels), channels, normalize: 'unit' });
        expect({ n, d, k }).toEqual({ n: pixels.length, d: pixels[0]!.length, k: 2 });
        expect(Array.from(x)).toEqual(pixels.flatMap((row) => Array.from(row, (byte) => byte / 255)));
      }),
    );
  });

  it('have, standardised, mean 0 and deviation 1 in each channel, or are refused where they are all equal', () => {
    fc.assert(
      fc.property(rows, ({ channels, size, pixels }) => {
        const read = () => images({ ...labelled(pixels), channels, normalize: 'standard' });
        const channel = (c: number, of: (i: number, e: number) => number) =>
          pixels.flatMap((_, i) => Array.from({ length: size }, (_, e) => of(i, c * size + e)));
        const each = Array.from({ length: channels }, (_, c) => c);
        const flat = each.find((c) => new Set(channel(c, (i, e) => pixels[i]![e]!)).size === 1);
        if (flat !== undefined) {
          const value = pixels[0]![flat * size];
          expect(read).toThrow(
            new RangeError(`normalize: standard needs pixels that differ, got ${value} in all of channel ${flat}`),
          );
          return;
        }
        const { x, d } = read();
        for (const c of each) {
          const values = channel(c, (i, e) => x[i * d + e]!);
          const mean = values.reduce((sum, value) => sum + value) / values.length;
          const square = values.reduce((sum, value) => sum + value * value, 0) / values.length;
          // a mean of up to 255 deviations' worth is taken off: 30 roundings of that
          expect(Math.abs(mean)).toBeLessThan(1e-11);
          expect(Math.abs(square - 1)).toBeLessThan(1e-11);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('choose', () => {
  it('finds what a filter finds, up to as many as are asked for', () => {
    let found = 0;
    const labels = fc.uint8Array({ max: 9, maxLength: 30 });
    const classes = fc.option(fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { minLength: 2 }), { nil: undefined });
    const most = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constant(Infinity));
    fc.assert(
      fc.property(labels, classes, most, (labels, classes, most) => {
        const all = Array.from(labels, (label, i) => ({ label, i }));
        const expected = all.filter(({ label }) => !classes || classes.includes(label)).filter((_, at) => at < most);
        const chosen = choose(labels, { classes, most });
        found += chosen.indices.length;
        expect(chosen.indices).toEqual(expected.map(({ i }) => i));
        expect(chosen.labels.map((label) => (classes ? classes[label] : label))).toEqual(
          expected.map(({ label }) => label),
        );
      }),
    );
    expect(found).toBeGreaterThan(100);
  });
});
