import { z } from 'zod';
import { type Column, float64, type Values } from '../../columns.ts';
import { formatValue } from '../../format-value.ts';
import { parseOptions, share } from '../../options.ts';
import type { Flat, Stream } from '../../stream.ts';
import type { ColumnName, NumberColumn, Reading, Rows } from './column-name.ts';
import { type Adds, measure } from './measure.ts';

/** Options of {@link ema} in a spec, with the column that code names first. */
export const options = z.strictObject({
  of: z.string().meta({ description: 'column to average' }),
  beta: share.default(0.9).meta({ description: 'weight of the past' }),
});

const rest = options.omit({ of: true });

type Added<X extends string> = Record<`${X}Ema`, Column<number>>;

/** Operator that averages the column X. */
type Averages<R, X extends string> = <Q extends Reading<R, { readonly [K in X]: number }>>(
  source: Rows<Q, R>,
) => Stream<Flat<Q & Values<Added<X>>>>;

/**
 * Adds an exponential moving average of a column: mₜ = βmₜ₋₁ + (1 − β)xₜ from m₀ = x₀.
 *
 *     --{ loss: 4 }---------------{ loss: 2 }---------------|
 *       ema('loss', { beta: 0.5 })
 *     --{ loss: 4, lossEma: 4 }---{ loss: 2, lossEma: 3 }---|
 *
 * - reads: the column
 * - adds:  `⟨column⟩Ema`
 *
 * @param given `beta`: the weight of the past, in [0, 1); the average looks back over about 1/(1 −
 *   β) rows.
 * @throws {RangeError} if `beta` is not in [0, 1). @throws {TypeError} as an error of the stream,
 *   at a row in which the column is not a number.
 * @example run.pipe(ema('loss', { beta: 0.99 }))
 */
export function ema<X extends ColumnName<R>, R = unknown>(
  column: X & NumberColumn<R, X>,
  given?: z.input<typeof rest>,
): Averages<R, X>;
export function ema<X extends string>(
  column: X,
  given: z.input<typeof rest> = {},
): Adds<{ readonly [K in X]: number }, Added<X>> {
  if (typeof column !== 'string') {
    throw new TypeError(`ema: column must be the name of one, got ${formatValue(column)}`);
  }
  const { beta } = parseOptions('ema', rest, given);
  const name = `${column}Ema` as const;
  const columns = { [name]: float64(`moving average of ${column}, weight of the past ${beta}`) } as Added<X>;
  return measure(
    columns,
    () => {
      let mean: number | null = null;
      return {
        row(row: { readonly [K in X]: number }) {
          const value: unknown = row[column];
          if (typeof value !== 'number') {
            const found = ArrayBuffer.isView(value) ? 'a list' : value === null ? 'null' : typeof value;
            throw new TypeError(`ema: ${column} must be a number on every row, got ${found}`);
          }
          mean = mean === null ? value : beta * mean + (1 - beta) * value;
          return { [name]: mean } as Values<Added<X>>;
        },
        snapshot: () => mean,
        restore: (saved: number | null) => void (mean = saved),
      };
    },
    { operator: 'ema', reads: [column] },
  );
}
