/** Chains: more than twelve operators, and `derive` with cells that have no column. */
import { map, take } from 'rxjs';
import {
  conservation,
  type Descent,
  derive,
  ema,
  float64,
  gradientDescent,
  nullable,
  utf8,
} from '../../../src/index.ts';

declare const descent: Descent;
const run = gradientDescent(descent);
const one = take<{ step: number }>(1);
const numbers = (..._: number[]) => {};

const twelve = run.pipe(one, one, one, one, one, one, one, one, one, one, one, take(1));
twelve.subscribe(({ step }) => numbers(step));
const thirteen = run.pipe(one, one, one, one, one, one, one, one, one, one, one, one, one);
// @ts-expect-error the row is unknown
thirteen.subscribe((row) => row.nonsense.more);
// @ts-expect-error the row is unknown
thirteen.pipe(map((row) => row.nonsense));
// two pipes keep the type of the row
run
  .pipe(take(1), take(1), take(1), take(1), take(1), take(1), take(1), conservation())
  .pipe(take(1), take(1), take(1), take(1), take(1), ema('loss'))
  .subscribe(({ lossEma, drift }) => numbers(lossEma, drift[0]!));

const columns = { twice: float64('2·L'), size: utf8('large or small'), large: nullable(float64('L if large')) };
run
  .pipe(
    derive(columns, ({ loss }) => ({
      twice: 2 * loss,
      size: loss > 1 ? 'large' : 'small',
      large: loss > 1 ? loss : null,
    })),
  )
  .subscribe(({ twice, size, large }) => numbers(twice, size.length, large ?? 0));
const twice = { twice: float64('2·L') };
// @ts-expect-error no column describes thrice
run.pipe(derive(twice, ({ loss }) => ({ twice: 2 * loss, thrice: 3 * loss })));
// @ts-expect-error no column describes thrice
derive(twice, ({ loss }: { loss: number }) => ({ twice: 2 * loss, thrice: 3 * loss }));
// @ts-expect-error a cell is missing
run.pipe(derive(twice, () => ({})));
// @ts-expect-error a cell is of another type
run.pipe(derive(twice, () => ({ twice: 'loss' })));
// @ts-expect-error misspelt
run.pipe(derive(twice, ({ los }) => ({ twice: 2 * los })));
