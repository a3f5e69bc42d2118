import type { z } from 'zod';
import type { Columns, Values } from '../../columns.ts';
import { formatValue } from '../../format-value.ts';
import type { UpdateRule } from '../../math/optimizers/update-rule.ts';
import { type Given, parseOptions, requireSchema } from '../../options.ts';
import type { Flat, Stream } from '../../stream.ts';
import { descend, type Step } from './descend.ts';
import type { Descent } from './descent.ts';

/** Name of the ledger that a drift has under an optimizer; `math/theory/ledgers.ts` has them. */
export type LedgerName = 'drift = Σ η²δ' | 'weight decay' | 'heavy ball' | 'Nesterov' | 'constant' | 'no law';

/** Declaration of an optimizer: each thing once. */
export interface OptimizerDeclaration<O extends z.ZodObject, C extends Columns> {
  /**
   * Schema of its own options: their types, defaults, checks and documentation, in code and in
   * specs.
   */
  readonly options: O;
  /** Columns of the rule's `ownColumns`. */
  readonly columns?: C;
  /** Makes the rule of one run. Throws if the options do not suit each other or the objective. */
  readonly rule: (options: z.output<O>, descent: Descent) => UpdateRule;
  /** Ledger of the drift if the law holds in gradient flow. Default `no law`. */
  readonly ledger?: (options: z.output<O>) => LedgerName;
  /**
   * True if it chooses the length of its steps itself; it then takes no learning rate and no
   * schedule.
   */
  readonly selfPaced?: boolean;
}

/** Function that makes the stream of an optimizer, with what a registry needs to know of it. */
export interface Optimizer<O extends z.ZodObject, C extends Columns = Record<never, never>, D = Descent> {
  (descent: D & Given<O>): Stream<Flat<Step & Values<C>>>;
  readonly options: O;
  readonly ledger: (options: z.output<O>) => LedgerName;
  readonly selfPaced: boolean;
}

/**
 * Makes an optimizer from its update rule. A spec can name it too, if its module is in `modules`.
 *
 * @param name Name of the function, in messages and in specs.
 * @example
 * const signDescent = optimizer('signDescent', {
 *   options: z.strictObject({ scale: z.number().positive().default(1) }),
 *   rule: ({ scale }) => ({
 *     update(gradient, _theta, eta, out) {
 *       for (let i = 0; i < out.length; i++) out[i] = -eta * scale * Math.sign(gradient[i]!);
 *     },
 *     edge: () => NaN, // no curvature at which it becomes unstable is known
 *     ...memoryless,
 *   }),
 * });
 * signDescent({ objective: L, theta0: L.start(), learningRate: 1e-3 })
 *   .pipe(take(100), conservation());
 */
export function optimizer<O extends z.ZodObject, C extends Columns = Record<never, never>, D = Descent>(
  name: string,
  { options: schema, columns, rule, ledger = () => 'no law', selfPaced = false }: OptimizerDeclaration<O, C>,
): Optimizer<O, C, D> {
  requireSchema('optimizer', name, schema);
  const make = (all: Descent) => {
    if (typeof all !== 'object' || all === null) {
      throw new TypeError(`${name}: options must be an object with an objective, got ${formatValue(all)}`);
    }
    const { objective, theta0, learningRate, resumeFrom, seed, ...given } = all;
    if (selfPaced && learningRate !== undefined) {
      throw new TypeError(
        `${name}: must have no learningRate, because it chooses the length of its steps, got ${formatValue(learningRate)}`,
      );
    }
    const options = parseOptions(name, schema, given);
    const descent = { objective, theta0, learningRate: selfPaced ? 1 : learningRate, resumeFrom, seed };
    return descend(name, descent, () => rule(options, descent), columns, options);
  };
  Object.defineProperty(make, 'name', { value: name });
  return Object.assign(make, { options: schema, ledger, selfPaced }) as unknown as Optimizer<O, C, D>;
}
