import { type Observable, type OperatorFunction, tap } from 'rxjs';
import { formatValue } from '../../format-value.ts';
import type { RunFacts, State } from '../../state.ts';
import { passThrough } from '../../stream.ts';

/**
 * Feeds the learning rate back to the source, from what is measured above it: η of the row at hand
 * was chosen before it was measured, so what is returned holds from the next step on.
 *
 *     --{ step: 0, learningRate: 0.1, sharpness: 4 }--{ step: 1, learningRate: 0.25, … }--|
 *       feedback(({ sharpness }) => 1 / sharpness)
 *     --{ step: 0, learningRate: 0.1, sharpness: 4 }--{ step: 1, learningRate: 0.25, … }--|
 *
 * Null leaves the rate as it is, as at rows where nothing was measured. At 0 the run stands still.
 * Snapshots that are taken below it hold the new rate.
 *
 * - needs: a source with `learningRate: fedBack(η₀)`
 * - error: the rate is one row late. {@link driftBudget} chooses it within the step
 *
 * @param rate Computes η of the next step from a row.
 * @throws {TypeError} when the chain is assembled, if the source takes no rate from below. The
 *   stream errs with a {RangeError} at the next step if a rate is negative or not finite.
 * @example
 * gradientDescent({ objective: L, learningRate: fedBack(0.01) }).pipe(
 *   take(500),
 *   hessian({ every: 10 }),
 *   feedback(({ sharpness }) => (sharpness === null ? null : 1.5 / sharpness)),
 * );
 */
export function feedback<R extends { readonly state: State }>(
  rate: (row: NoInfer<R>) => number | null,
): OperatorFunction<R, R> {
  if (typeof rate !== 'function') {
    throw new TypeError(`feedback: must be given a function of a row, got ${formatValue(rate)}`);
  }
  const feed = (row: R) => {
    const next = rate(row);
    if (next !== null) row.state.feed(next);
  };
  return (source: Observable<R>) => passThrough<R>(tap(feed), { operator: 'feedback', check: requireFedBack })(source);
}

function requireFedBack(run: RunFacts | null): void {
  const found = run?.optimizer.controller;
  if (found === 'fedBack') return;
  const got = found ?? (run ? `a rate of ${run.optimizer.learningRate}` : 'rows without state');
  throw new TypeError(`feedback: needs a source with learningRate: fedBack(…), got ${got}`);
}
