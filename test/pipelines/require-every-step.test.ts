import { concat, from, lastValueFrom, type Observable, of, take, throwError, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { requireEveryStep } from '../../src/pipelines/require-every-step.ts';

type Row = { step: number; loss: number; weightNormSq?: Float64Array };

const rows = (...steps: number[]): Row[] => steps.map((step) => ({ step, loss: 1 }));
const through = (source: Observable<Row>) => lastValueFrom(source.pipe(requireEveryStep(2), toArray()));
const rule = 'an operator in a spec hands on every row once; logEvery says which are stored';

describe('requireEveryStep', () => {
  it('passes on a run to its last step, or to a loss or a norm that is not finite', async () => {
    expect(await through(from(rows(0, 1, 2)))).toEqual(rows(0, 1, 2));
    for (const loss of [NaN, Infinity]) {
      const diverged = [...rows(0), { step: 1, loss }];
      expect(await through(from(diverged))).toEqual(diverged);
      const overflown = [...rows(0), { step: 1, loss: 1, weightNormSq: Float64Array.of(loss) }];
      expect(await through(from(overflown))).toEqual(overflown);
    }
    expect(await through(from([{ step: 0, loss: NaN }]))).toEqual([{ step: 0, loss: NaN }]);
  });

  it.each<[string, Row[], string]>([
    ['leaves a row out', rows(0, 2), 'step 1, got that of step 2'],
    ['leaves the first out', rows(1, 2), 'step 0, got that of step 1'],
    ['repeats a row', rows(0, 0, 1, 2), 'step 1, got that of step 0'],
    ['drops the last', rows(0, 1), 'step 2, got the end'],
    ['drops all of them', [], 'step 0, got the end'],
    ['takes the step off', [{ loss: 1 } as Row], 'step 0, got one without a step'],
  ])('refuses a run of which an operator %s', async (_, given, said) => {
    await expect(through(from(given))).rejects.toThrow(new Error(`measure: expected the row of ${said}; ${rule}`));
  });

  it('passes an error on after its rows', async () => {
    const failed = concat(
      of({ step: 0, loss: 1 }),
      throwError(() => new Error('broken')),
    );
    await expect(through(failed)).rejects.toThrow(new Error('broken'));
  });

  it('stops a source without an end, begins anew for each subscriber, and is no end that somebody below makes', async () => {
    let made = 0;
    const endless = from(
      (function* () {
        for (; ; made++) yield { step: made, loss: 1 };
      })(),
    );
    expect(await lastValueFrom(endless.pipe(requireEveryStep<Row>(1e9), take(3), toArray()))).toEqual(rows(0, 1, 2));
    expect(made).toBeLessThan(4);
    const twice = from(rows(0, 1, 2)).pipe(requireEveryStep<Row>(2));
    for (const _ of [1, 2]) expect(await lastValueFrom(twice.pipe(toArray()))).toEqual(rows(0, 1, 2));
  });
});
