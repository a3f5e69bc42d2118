/*
 * Closed forms of a conservation law C under each optimizer; `ledger.ts` sums the same over a run.
 *
 * B is the form of a law (laws.ts), so that C = B(θ, θ). The gradient g of L at θ, or of any
 * mini-batch, is tangent to the orbits of the rescaling that the law comes from, so B(θ, g) = 0. A
 * step −ηd moves C by −2ηB(θ, d) + η²B(d, d): a recursion needs only B(θ, d) at each step.
 *
 * Adam and RMSProp have no closed form: d = P⁻¹m is no combination of gradients with numbers as
 * weights, so B(θ, P⁻¹g) is not zero, and its sum does not telescope.
 */

/** Learning rate of one step, and the forms of the vectors that it was made from. */
export interface GradientStep {
  readonly eta: number;
  readonly delta: number; // B(g, g)
}

/** Step of the heavy ball; v is the buffer after it. */
export interface HeavyBallStep {
  readonly eta: number;
  readonly vv: number; // B(v, v)
}

/** Step of Nesterov's; v is the buffer after it, and the step is −ηu with u = g + wθ + βv. */
export interface NesterovStep {
  readonly eta: number;
  readonly uu: number; // B(u, u)
  readonly uv: number; // B(u, v)
}

export interface Decay {
  readonly weightDecay?: number;
}

export interface HeavyBallOptions extends Decay {
  readonly beta: number;
  readonly dampening?: number;
}

export interface NesterovOptions extends Decay {
  readonly beta: number;
}

/**
 * Computes C after steps of gradient descent, θ ← θ − η(g + wθ), at any learning rates:
 *
 *     C ← (1 − ηw)²C + η²δ,    without decay  drift = Σ η_t²δ_t
 *
 * With d = g + wθ: B(θ, d) = wC and B(d, d) = δ + w²C.
 *
 * @example gradientLedger(1, [{ eta: 0.1, delta: 2 }, { eta: 0.1, delta: 3 }]); // 1.05
 */
export function gradientLedger(C0: number, steps: Iterable<GradientStep>, { weightDecay = 0 }: Decay = {}): number {
  let C = C0;
  for (const { eta, delta } of steps) {
    const left = 1 - eta * weightDecay;
    C = left * left * C + eta * eta * delta;
  }
  return C;
}

/**
 * Computes C after steps of the heavy ball, v_t = βv_(t−1) + (1 − τ)(g_t + wθ_t), θ ← θ − ηv; the
 * first v is g + wθ:
 *
 *     C ← C − 2ηp + η²B(v, v)
 *     p_t = B(θ_t, v_t) = β(p_(t−1) − η_(t−1)B(v_(t−1), v_(t−1))) + (1 − τ)wC_t
 *
 * because B(θ_t, v_(t−1)) = B(θ_(t−1), v_(t−1)) − ηB(v_(t−1), v_(t−1)), and B(θ_t, g_t) = 0. See
 * {@link heavyBallDrift}.
 *
 * @example heavyBallLedger(1, [{ eta: 0.1, vv: 2 }, { eta: 0.1, vv: 3 }], { beta: 0.9 }); // 1.086
 */
export function heavyBallLedger(
  C0: number,
  steps: Iterable<HeavyBallStep>,
  { beta, dampening = 0, weightDecay = 0 }: HeavyBallOptions,
): number {
  let C = C0;
  let before = 0; // B(θ_t, v_(t−1))
  let taken = 1;
  for (const { eta, vv } of steps) {
    const p = beta * before + taken * weightDecay * C;
    C += eta * (eta * vv - 2 * p);
    before = p - eta * vv;
    taken = 1 - dampening;
  }
  return C;
}

/**
 * Computes C after Nesterov's steps, v_t = βv_(t−1) + ĝ_t, u_t = ĝ_t + βv_t, θ ← θ − ηu, with
 * ĝ = g + wθ:
 *
 *     C ← C − 2η(wC + βp) + η²B(u, u)
 *     p_t = B(θ_t, v_t) = β(p_(t−1) − η_(t−1)B(u_(t−1), v_(t−1))) + wC_t
 *
 * Derivation. B(θ_t, ĝ_t) = wC_t, because B(θ_t, g_t) = 0. Hence B(θ_t, u_t) = wC_t + βp_t, the
 * first order of the step. In p_t the buffer is βv_(t−1) + ĝ_t, and θ_t = θ_(t−1) − ηu_(t−1), so
 * that
 *
 *     p_t = βB(θ_t, v_(t−1)) + wC_t = β(B(θ_(t−1), v_(t−1)) − ηB(u_(t−1), v_(t−1))) + wC_t.
 *
 * The heavy ball has B(v, v) in both places. Here step and buffer differ: B(u, u) in second order,
 * B(u, v) in p. See {@link nesterovDrift} for the sum.
 *
 * @example
 * const steps = [{ eta: 0.1, uu: 2, uv: 1 }, { eta: 0.1, uu: 3, uv: 1 }];
 * nesterovLedger(1, steps, { beta: 0.9 }); // 1.0662
 */
export function nesterovLedger(
  C0: number,
  steps: Iterable<NesterovStep>,
  { beta, weightDecay = 0 }: NesterovOptions,
): number {
  let C = C0;
  let before = 0; // B(θ_t, v_(t−1))
  for (const { eta, uu, uv } of steps) {
    const p = beta * before + weightDecay * C;
    const first = weightDecay * C + beta * p;
    C += eta * (eta * uu - 2 * first);
    before = p - eta * uv;
  }
  return C;
}

/**
 * Computes Σ_(k=1)^n βᵏ by adding up: exact at every β, and without a power function of the host.
 */
function* geometric(beta: number): Generator<number> {
  for (let [sum, power] = [0, beta]; ; sum += power, power *= beta) yield sum;
}

/** Sums terms weighted by {@link geometric}, from the last step to the first. */
const weighted = (terms: readonly number[], beta: number): number => {
  const sums = geometric(beta);
  return terms.reduceRight((total, term) => total + term * sums.next().value!, 0);
};

/**
 * Computes the heavy ball's drift over T steps at one learning rate, without decay:
 *
 *     drift = η² Σ_t B(v_t, v_t)·[1 + 2β(1 − β^(T−1−t))/(1 − β)]
 *
 * The recursion of {@link heavyBallLedger} gives p_t = −η Σ_(s<t) β^(t−s)B(v_s, v_s); every B(v_s,
 * v_s) then counts once in second order, and 2Σ_(k=1)^(T−1−s) βᵏ times through the p that follow.
 *
 * @example heavyBallDrift([2, 3], { eta: 0.1, beta: 0.9 }); // 0.086
 */
export const heavyBallDrift = (vv: readonly number[], { eta, beta }: { readonly eta: number; readonly beta: number }) =>
  eta * eta * (vv.reduce((sum, x) => sum + x, 0) + 2 * weighted(vv, beta));

/**
 * Computes Nesterov's drift over T steps at one learning rate, without decay:
 *
 *     drift = η² Σ_t [B(u_t, u_t) + 2β·β(1 − β^(T−1−t))/(1 − β)·B(u_t, v_t)]
 *
 * It is {@link nesterovLedger} with w = 0: p_t = −η Σ_(s<t) β^(t−s)B(u_s, v_s), and the first order
 * of a step is −2ηβp_t: one β more than the heavy ball's, because only βv of the step is the
 * buffer; the rest, g, contributes none.
 *
 * @example nesterovDrift([2, 3], [1, 1], { eta: 0.1, beta: 0.9 }); // 0.0662
 */
export const nesterovDrift = (
  uu: readonly number[],
  uv: readonly number[],
  { eta, beta }: { readonly eta: number; readonly beta: number },
) => eta * eta * (uu.reduce((sum, x) => sum + x, 0) + 2 * beta * weighted(uv, beta));
