import { afterEach, beforeEach, type MockInstance, vi } from 'vitest';

/**
 * Stops the clock that sources cut their slices by: what is taken of a run comes within the subscription, however busy
 * the machine is. Not for a run that nothing but a timer ends.
 */
export function stoppedClock(): void {
  let clock: MockInstance<() => number>;
  beforeEach(() => {
    clock = vi.spyOn(performance, 'now').mockReturnValue(0);
  });
  afterEach(() => clock.mockRestore());
}
