import { describe, expect, it } from 'vitest';
import { fitLine } from '../../src/math/stats/line.ts';
import { agreesWithE09, agreesWithE15, type Rate, type Run, type Width, type WidthRate } from '../helpers/switching.ts';
import published from '../reference/published-e09-e15.json' with { type: 'json' };

const { seeds, e09, e15 } = published;
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value) / values.length;
const apart = (ours: number, theirs: number) => Math.abs(ours / theirs - 1);

describe('E9, the activation patterns of 64 neurons', () => {
  it.each(Object.keys(e09) as Rate[])(
    'has the published numbers, of each seed and in the mean, at η = %s',
    async (rate) => {
      const runs: Run[] = [];
      for (const seed of seeds) runs.push(await agreesWithE09(rate, seed));
      const theirs = e09[rate].mean;
      const of = (name: keyof typeof theirs) => mean(runs.map((run) => run[name]));
      expect(apart(of('switchRate'), theirs.switchRate)).toBeLessThan(1e-3);
      expect(apart(of('neuronsChanged'), theirs.neuronsChanged)).toBeLessThan(1e-3);
      expect(Math.abs(of('unchangedShare') - theirs.unchangedShare)).toBeLessThan(0.004);
      expect(Math.abs(of('correlation') - theirs.correlation)).toBeLessThan(0.002);
    },
  );
});

describe('E15, switch rates over the width', () => {
  const widths = Object.keys(e15.width) as Width[];
  const rates = Object.keys(e15.perRateExponent) as WidthRate[];
  const means = new Map<string, number>();

  it.each(widths.flatMap((width) => rates.map((rate) => ({ width, rate }))))(
    'has the published rates of each seed and in the mean, of $width neurons at η = $rate',
    async ({ width, rate }) => {
      const runs: Run[] = [];
      for (const seed of seeds) runs.push(await agreesWithE15(width, rate, seed));
      const theirs = e15.width[width][rate].mean;
      const of = (name: 'switchRate' | 'neuronsChanged' | 'unchangedShare') => mean(runs.map((run) => run[name]));
      means.set(`${width} ${rate}`, of('switchRate'));
      expect(apart(of('switchRate'), theirs.switchRate)).toBeLessThan(3e-3);
      expect(apart(of('switchRate') * runs[0]!.signs, theirs.switchedEntries)).toBeLessThan(3e-3);
      expect(apart(of('neuronsChanged'), theirs.neuronsChanged)).toBeLessThan(3e-3);
      expect(Math.abs(of('unchangedShare') - theirs.unchangedShare)).toBeLessThan(0.003);
    },
  );

  it('has the published exponents of the width', () => {
    const rate = (width: Width, rate: WidthRate) => means.get(`${width} ${rate}`)!;
    const exponent = (of: (width: Width) => number) =>
      fitLine(
        widths.map((width) => Math.log(Number(width))),
        widths.map((width) => Math.log(of(width))),
      ).slope;
    // what 3e-3 at the ends of four octaves makes of a slope
    for (const eta of rates) {
      expect(Math.abs(-exponent((width) => rate(width, eta)) - e15.perRateExponent[eta])).toBeLessThan(2e-3);
    }
    const pooled = (width: Width) => mean(rates.map((eta) => rate(width, eta)));
    expect(Math.abs(-exponent(pooled) - e15.pooledExponent)).toBeLessThan(2e-3);
    const total = (width: Width) => Number(width) * pooled(width);
    expect(Math.abs(exponent(total) - e15.pooledTotalExponent)).toBeLessThan(2e-3);
  });
});
