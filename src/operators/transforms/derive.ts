import type { OperatorFunction } from 'rxjs';
import type { Columns, Values } from '../../columns.ts';
import { formatValue } from '../../format-value.ts';
import { memoryless } from '../../math/memory.ts';
import type { Flat, Requirement } from '../../stream.ts';
import { type Adds, measure } from './measure.ts';

/**
 * Adds columns computed from each row alone.
 *
 *     --{ step: 1 }-----------{ step: 2 }-----------|
 *       derive({ twice }, ({ step }) => ({ twice: 2 * step }))
 *     --{ step: 1, twice: 2 }-{ step: 2, twice: 4 }-|
 *
 * Inside a `pipe` the type of the row is known. An operator that is made outside one names what it
 * reads, as in the example.
 *
 * @param columns Columns that are added: name, type, unit and meaning, declared once.
 * @param values  Computes their cells for one row. If it throws, the stream errors.
 * @throws {TypeError} when the chain is assembled, if the source already has one of the columns.
 * @example
 * const columns = { twice: int32('2·step') };
 * const twice = derive(columns, ({ step }: { step: number }) => ({ twice: 2 * step }));
 */
export function derive<R extends object, C extends Columns, V extends Values<C> = Values<C>>(
  columns: C,
  values: (row: NoInfer<R>) => V & Only<C, V>,
  requirement?: Partial<Requirement>,
): OperatorFunction<R, Flat<R & Values<C>>>;
export function derive<S extends object, C extends Columns, V extends Values<C> = Values<C>>(
  columns: C,
  values: (row: S) => V & Only<C, V>,
  requirement?: Partial<Requirement>,
): Adds<S, C>;
export function derive<S extends object, C extends Columns>(
  columns: C,
  values: (row: S) => Values<C>,
  requirement: Partial<Requirement> = {},
): Adds<S, C> {
  if (typeof values !== 'function') {
    throw new TypeError(`derive: values must be a function of a row, got ${formatValue(values)}`);
  }
  return measure<S, C, null>(columns, () => ({ row: values, ...memoryless }), { operator: 'derive', ...requirement });
}

/** Condition on the cells V: each has a column in C. */
type Only<C extends Columns, V> = { readonly [K in Exclude<keyof V, keyof C>]: never };
