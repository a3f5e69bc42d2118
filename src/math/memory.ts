/** Memory between rows or steps, as plain data that `structuredClone` can copy. */
export interface Memory<M = unknown> {
  snapshot(): M;
  restore(saved: M): void;
}

/**
 * Memory of what remembers nothing.
 *
 * @example
 * const twice = { twice: int32('2·step') };
 * const row = ({ step }: { step: number }) => ({ twice: 2 * step });
 * measure(twice, () => ({ row, ...memoryless }));
 */
export const memoryless: Memory<null> = { snapshot: () => null, restore: () => {} };
