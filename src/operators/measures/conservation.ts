import { z } from 'zod';
import { float64s } from '../../columns.ts';
import { lawsOf } from '../../math/theory/laws.ts';
import { Ledger } from '../../math/theory/ledger.ts';
import type { State } from '../../state.ts';
import { operator } from '../transforms/operator.ts';

export const columns = {
  conservation: float64s('C_l = ‖W_(l+1)‖² − ‖W_l‖² − ‖b_l‖², one entry per law'),
  drift: float64s('C_l(t) − C_l(0), signed, one entry per law', { summary: 'last' }),
  imbalanceSum: float64s('S_l = Σ_(s<t) δ_l(s), δ_l = ‖∂W_(l+1)‖² − ‖∂W_l‖² − ‖∂b_l‖², one entry per law', {
    summary: 'last',
  }),
  driftFirstOrder: float64s('Σ_(s<t) 2⟨θ, D⟩ over the law: first-order part of the change by the steps D'),
  driftSecondOrder: float64s('Σ_(s<t) ⟨D, D⟩ over the law: second-order part of the change by the steps D'),
  ledgerResidual: float64s('drift − driftFirstOrder − driftSecondOrder: the rounding error'),
  symmetry: float64s('A_l = ⟨W_(l+1), ∂W_(l+1)⟩ − ⟨W_l, ∂W_l⟩ − ⟨b_l, ∂b_l⟩: zero if σ is positively homogeneous'),
};

const options = z.strictObject({
  laws: z
    .array(z.enum(['layer', 'neuron', 'matrix']))
    .min(1)
    .refine((laws) => new Set(laws).size === laws.length, { error: 'expected each family once' })
    .default(['layer'])
    .meta({ description: 'families of laws; every list column has them in this order' }),
  biases: z.boolean().default(true).meta({ description: 'false: without b_l, as the paper measures it' }),
  matrix: z.enum(['norm', 'whole']).default('norm').meta({ description: 'matrix laws as norms, or entry by entry' }),
});

/**
 * Measures the conservation laws, by default C_l = ‖W_(l+1)‖² − ‖W_l‖² − ‖b_l‖² of each layer l,
 * their drift, and the contribution of every step to it. `lawsOf` defines the laws of neurons and
 * matrices.
 *
 *     --{ step: 0, state }------------{ step: 1, state }-----------------|
 *       conservation()
 *     --{ …, drift: [0], … }----------{ …, drift: [3e-7], … }------------|
 *
 * A step D = θₜ₊₁ − θₜ changes C_l by exactly 2⟨θ, D⟩ + ⟨D, D⟩, both summed over the law's blocks
 * with their signs. ∂W is ∂L/∂W, σ the activation. The two sums over all steps are a ledger: the
 * drift is their sum, and `ledgerResidual` is what is left over. Under gradient descent D =
 * −η∂L/∂θ, so ⟨D, D⟩ = η²δ_l; on a homogeneous network the first order vanishes (A_l = 0), and
 * drift = η²S. If the learning rate changes, `driftSecondOrder` is Σ ηₜ²δ_l(t). Other optimizers
 * have ledgers of their own (`theory/ledgers.ts`). S_l and A_l use the gradient of the step, that
 * is, of the mini-batch for a stochastic optimizer.
 *
 * - needs: `state`; every step, so put it above `every`
 * - adds:  `conservation`, `drift`, `imbalanceSum`, `driftFirstOrder`, `driftSecondOrder`,
 *   `ledgerResidual`, `symmetry`
 * - cost:  layer laws O(1) per layer, from norms that come with the gradient; neuron laws O(d);
 *   matrix laws O(width·d)
 * - error: `ledgerResidual`; the drift is a difference of norms, exact to a few ε·Σ‖W‖²
 *
 * @throws {RangeError} as an error of the stream, if a step is skipped, or the first row is not the
 *   first of the run.
 * @example
 * gradientDescent(run)
 *   .pipe(take(1_000), conservation({ laws: ['layer', 'neuron'] })).subscribe(console.log);
 * @see Du, Hu and Lee 2018, arXiv:1806.00900.
 */
export const conservation = operator(
  'conservation',
  { options, columns, everyStep: true, needs: ['gradient'] },
  (options) => {
    let ledger: Ledger | undefined;
    let saved: ReturnType<Ledger['snapshot']> | undefined;
    return {
      row({ state }: { readonly state: State; readonly step: number }) {
        if (!ledger) {
          ledger = new Ledger(lawsOf(state.objective, options));
          if (saved) ledger.restore(saved);
        }
        enter(state, ledger);
        const balance = ledger.post();
        return {
          conservation: balance.conservation,
          drift: balance.drift,
          imbalanceSum: balance.imbalanceSum,
          driftFirstOrder: balance.firstOrder,
          driftSecondOrder: balance.secondOrder,
          ledgerResidual: balance.residual,
          symmetry: balance.symmetry,
        };
      },
      snapshot: () => ledger?.snapshot() ?? saved,
      restore: (books: typeof saved) => void (saved = books),
    };
  },
);

/**
 * Fills the ledger's entry with the forms of this row: from sums if these suffice, else from
 * vectors.
 */
function enter(state: State, { laws, entry }: Ledger): void {
  if (laws.ofSums) {
    const { sums, stepSums, updateSums } = state;
    laws.ofSums(sums.weightNormSq, entry.C);
    laws.ofSums(stepSums.gradientNormSq, entry.delta);
    laws.ofSums(stepSums.inner, entry.A);
    laws.ofSums(updateSums.inner, entry.thetaD);
    laws.ofSums(updateSums.normSq, entry.DD);
    return;
  }
  const { theta, stepGradient, update } = state;
  laws.form(theta, theta, entry.C);
  laws.form(stepGradient, stepGradient, entry.delta);
  laws.form(theta, stepGradient, entry.A);
  laws.form(theta, update, entry.thetaD);
  laws.form(update, update, entry.DD);
}
