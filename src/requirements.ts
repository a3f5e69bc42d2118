import type { ProductName } from './math/objective.ts';
import type { RunFacts } from './state.ts';

/** Part of an objective that an operator may need. */
export type Need = 'gradient' | ProductName | 'batches' | 'classes';

export type Measured = Pick<RunFacts, 'objective'>;

const offered = ({ objective: { products, batches, facts } }: Measured): Need[] => [
  'gradient',
  ...products,
  ...(batches ? (['batches'] as const) : []),
  ...(facts.classes === undefined ? [] : (['classes'] as const)),
];

/**
 * Checks that the rows come from a run whose objective has all that is needed.
 *
 * @param run null if the rows have no state.
 * @throws {TypeError} that names `operator`, what is missing, and what the objective offers.
 * @example
 * const check = (run: RunFacts | null) => requireNeeds('trace', run, ['hvp']);
 * const requirement = { operator: 'trace', check };
 */
export function requireNeeds(operator: string, run: Measured | null, needs: readonly Need[]): asserts run is Measured {
  const offers = run ? offered(run) : [];
  const lacking = needs.filter((need) => !offers.includes(need));
  if (!lacking.length) return;
  const found = run ? `offers ${offers.join(', ')}` : 'has no state to measure';
  throw new TypeError(`${operator}: needs ${lacking.join(', ')} of the objective, but the source ${found}`);
}
