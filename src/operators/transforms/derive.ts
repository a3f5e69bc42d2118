import type { Observable, OperatorFunction } from 'rxjs';
import type { Columns, Values } from '../../columns.ts';
import type { Flat, Requirement, Stream } from '../../stream.ts';
import { measure } from './measure.ts';

/** Takes any row that has what S names, and keeps the rest of it. */
export type Adds<S, C extends Columns> = <R extends S>(source: Observable<R>) => Stream<Flat<R & Values<C>>>;

/**
 * Adds columns computed from each row alone; the existing ones pass through.
 *
 *     --{ step: 1 }-----------{ step: 2 }-----------|
 *       derive({ twice }, ({ step }) => ({ twice: 2 * step }))
 *     --{ step: 1, twice: 2 }-{ step: 2, twice: 4 }-|
 *
 * Inside a `pipe` the row's type is known; an operator that is made outside one names what it reads, as below.
 *
 * @param columns The columns added: name, type, unit and meaning, declared once.
 * @param values  Computes them for one row. If it throws, the stream errors.
 * @throws {TypeError} on assembly, if the source already has one of the columns.
 * @example const twice = derive({ twice: int32('2·step') }, ({ step }: { step: number }) => ({ twice: 2 * step }));
 */
export function derive<R extends object, C extends Columns>(
  columns: C,
  values: (row: NoInfer<R>) => Values<C>,
  requirement?: Partial<Requirement>,
): OperatorFunction<R, Flat<R & Values<C>>>;
export function derive<S extends object, C extends Columns>(
  columns: C,
  values: (row: S) => Values<C>,
  requirement?: Partial<Requirement>,
): Adds<S, C>;
export function derive<S extends object, C extends Columns>(
  columns: C,
  values: (row: S) => Values<C>,
  requirement: Partial<Requirement> = {},
): Adds<S, C> {
  return measure<S, C, null>(columns, () => ({ row: values, snapshot: () => null, restore: () => {} }), requirement);
}
