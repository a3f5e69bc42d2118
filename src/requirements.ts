import { type Columns, isNumeric } from './columns.ts';
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

/**
 * Returns columns whose texts say so, if a product that they are measured with is a difference of
 * gradients.
 */
export function asMeasured<C extends Columns>(columns: C, run: Measured | null, needs: readonly Need[]): C {
  const { differences = [] } = run?.objective.facts ?? {};
  if (!needs.some((need) => (differences as readonly Need[]).includes(need))) return columns;
  const noted = Object.entries(columns).map(([name, column]) => [
    name,
    isNumeric(column) ? { ...column, about: `${column.about}; products by differences of gradients` } : column,
  ]);
  return Object.fromEntries(noted);
}
