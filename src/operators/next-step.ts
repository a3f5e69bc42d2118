/**
 * For an operator that sums over all steps.
 *
 * @throws {RangeError} that names `who`, if `step` is not the one after `last`.
 */
export function requireNextStep(who: string, last: number | undefined, step: number): void {
  if (last === undefined || step === last + 1) return;
  throw new RangeError(`${who}: step ${step} follows step ${last}; put it above every()`);
}
