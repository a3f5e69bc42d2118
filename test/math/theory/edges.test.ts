import fc from 'fast-check';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { adamRule } from '../../../src/math/optimizers/adam.ts';
import { dormandPrinceRule } from '../../../src/math/optimizers/dormand-prince.ts';
import { gradientDescentRule } from '../../../src/math/optimizers/gradient-descent.ts';
import { momentumRule } from '../../../src/math/optimizers/momentum.ts';
import { rmspropRule } from '../../../src/math/optimizers/rmsprop.ts';
import type { UpdateRule } from '../../../src/math/optimizers/update-rule.ts';
import { nativeRandom } from '../../../src/math/random/native.ts';
import { quadratic } from '../../helpers/quadratic.ts';

const d = 3;
const plan = fc.record({
  seed: fc.nat(),
  eta: fc.constantFrom(1e-3, 0.02, 0.5),
  beta: fc.double({ min: 0, max: 0.98, noNaN: true }),
  dampening: fc.double({ min: 0, max: 0.95, noNaN: true }),
  weightDecay: fc.constantFrom(0, 0.01, 0.3),
});
type Plan = typeof plan extends fc.Arbitrary<infer T> ? T : never;

/** A random positive definite H and diagonal P, and the largest eigenvalue of P⁻¹H. */
function curvature(seed: number, preconditioned: boolean) {
  const random = nativeRandom(seed);
  const A = new Matrix(Array.from({ length: d }, () => [...random.normal(d)]));
  const H = A.mmul(A.transpose()).add(Matrix.eye(d).mul(0.1));
  const P = preconditioned ? random.uniform(d, 0.2, 3) : new Float64Array(d).fill(1);
  const inverse = Matrix.diag([...P].map((p) => 1 / p));
  const PH = inverse.mmul(H); // similar to a symmetric matrix: its eigenvalues are real
  return { PH, largest: Math.max(...new EigenvalueDecomposition(PH).realEigenvalues) };
}

/** The spectral radius as the limit of ‖M^k‖^(1/k), k = 2⁴⁰ by squaring: to 1e-11, defective matrices too. */
function radius(M: Matrix): number {
  let log = 0; // of ‖M^k‖, divided by k
  let power = M;
  for (let j = 0; j < 40; j++) {
    const size = power.norm('frobenius');
    if (size === 0) return 0;
    log += Math.log(size) / 2 ** j;
    power = power.clone().div(size);
    power = power.mmul(power);
  }
  return Math.exp(log);
}

/**
 * The largest eigenvalue of P⁻¹H at which the map (buffer, θ) → (buffer, θ) of a step has the spectral radius 1, found by
 * scaling H up and bisecting.
 */
function bisected(companion: (PH: Matrix) => Matrix, seed: number, preconditioned: boolean): number {
  const { PH, largest } = curvature(seed, preconditioned);
  const isStable = (scale: number) => radius(companion(PH.clone().mul(scale))) <= 1 + 1e-10;
  let [low, high] = [0, 1];
  while (isStable(high)) [low, high] = [high, 2 * high];
  for (let k = 0; k < 40; k++) {
    const middle = (low + high) / 2;
    if (isStable(middle)) low = middle;
    else high = middle;
  }
  return low * largest;
}

const I = Matrix.eye(d);
const times = (M: Matrix, c: number) => M.clone().mul(c);
const plus = (...Ms: Matrix[]) => Ms.reduce((sum, M) => sum.clone().add(M));
/** [[a, b], [c, e]] in blocks. */
function blocks(a: Matrix, b: Matrix, c: Matrix, e: Matrix): Matrix {
  const M = Matrix.zeros(2 * d, 2 * d);
  M.setSubMatrix(a, 0, 0);
  M.setSubMatrix(b, 0, d);
  M.setSubMatrix(c, d, 0);
  M.setSubMatrix(e, d, d);
  return M;
}

/** Each optimizer as the rule that makes its steps and, of its own accord, the map of a step written out in blocks. */
const cases: Record<string, { rule: (p: Plan) => UpdateRule; map: (p: Plan) => (PH: Matrix) => Matrix; P?: boolean }> =
  {
    'gradient descent, decaying': {
      rule: ({ weightDecay }) => gradientDescentRule(weightDecay),
      map:
        ({ eta, weightDecay: w }) =>
        (H) =>
          plus(times(I, 1 - eta * w), times(H, -eta)),
    },
    'the heavy ball, damped and decaying': {
      rule: momentumRule,
      // v ← βv + (1 − τ)(H + w)θ, θ ← θ − ηv
      map:
        ({ eta, beta, dampening, weightDecay: w }) =>
        (H) => {
          const g = times(plus(H, times(I, w)), 1 - dampening);
          return blocks(times(I, beta), g, times(I, -eta * beta), plus(I, times(g, -eta)));
        },
    },
    'Nesterov’s, decaying': {
      rule: ({ dampening: _, ...options }) => momentumRule({ ...options, nesterov: true }),
      // v ← βv + g, θ ← θ − η(g + βv)
      map:
        ({ eta, beta, weightDecay: w }) =>
        (H) => {
          const g = plus(H, times(I, w));
          return blocks(times(I, beta), g, times(I, -eta * beta * beta), plus(I, times(g, -eta * (1 + beta))));
        },
    },
    RMSProp: {
      rule: () => rmspropRule({ beta2: 0.9, epsilon: 1e-8 }),
      map:
        ({ eta }) =>
        (PH) =>
          plus(I, times(PH, -eta)),
      P: true,
    },
    'Adam and AdamW': {
      rule: ({ beta, weightDecay }) => adamRule({ beta1: beta, beta2: 0.9, epsilon: 1e-8, weightDecay }),
      // P⁻¹m ← βP⁻¹m + (1 − β)P⁻¹Hθ, θ ← (1 − ηw)θ − ηP⁻¹m
      map:
        ({ eta, beta, weightDecay: w }) =>
        (PH) => {
          const g = times(PH, 1 - beta);
          return blocks(times(I, beta), g, times(I, -eta * beta), plus(times(I, 1 - eta * w), times(g, -eta)));
        },
      P: true,
    },
  };

describe('the edge', () => {
  it.each(Object.entries(cases))(
    'of %s is where the spectral radius of its companion matrix passes 1',
    (_, { rule, map, P = false }) => {
      fc.assert(
        fc.property(plan, (p) => {
          const edge = rule(p).edge(p.eta);
          expect(Math.abs(bisected(map(p), p.seed, P) / edge - 1)).toBeLessThanOrEqual(1e-6);
        }),
        { numRuns: 30 },
      );
    },
  );

  it.each(Object.entries(cases).filter(([, { P }]) => !P))(
    'of %s parts the runs of its rule that die out from those that grow',
    (_, { rule }) => {
      fc.assert(
        fc.property(plan, (p) => {
          const grows = (lambda: number) => {
            const made = rule(p);
            const [theta, g, D] = [Float64Array.of(1), new Float64Array(1), new Float64Array(1)];
            // near β = 1 it swings up for a while before it dies out
            for (let t = 0; t < 20_000; t++) {
              g[0] = lambda * theta[0]!;
              made.update(g, theta, p.eta, D);
              theta[0] = theta[0]! + D[0]!;
              const size = Math.max(Math.abs(theta[0]!), Math.abs(D[0]!));
              if (size > 1e20) return true;
              if (size < 1e-20) return false;
            }
            throw new Error('neither');
          };
          const edge = rule(p).edge(p.eta);
          expect([grows(0.97 * edge), grows(1.03 * edge)]).toEqual([false, true]);
        }),
        { numRuns: 30 },
      );
    },
  );

  it('has the numbers of the literature', () => {
    const options = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    expect(adamRule(options).edge(0.01)).toBeCloseTo(38 / 0.01, 9);
    expect(momentumRule({ beta: 0.9 }).edge(0.01)).toBeCloseTo(3.8 / 0.01, 9);
    // a running average takes 1/(1 − β) times as much
    expect(momentumRule({ beta: 0.9, dampening: 0.9 }).edge(0.01)).toBeCloseTo(38 / 0.01, 9);
    expect(gradientDescentRule(0.5).edge(0.01)).toBeCloseTo(200 - 0.5, 9);
  });

  it('of the Runge-Kutta pair is where its stability polynomial passes 1', () => {
    const R = (x: number) => 1 - x + x ** 2 / 2 - x ** 3 / 6 + x ** 4 / 24 - x ** 5 / 120 + x ** 6 / 600;
    const edge = dormandPrinceRule(quadratic(1), 1e-6).edge(0.5) * 0.5;
    expect(Math.abs(R(edge) - 1)).toBeLessThan(1e-12);
    expect(R(edge + 1e-6)).toBeGreaterThan(1);
    expect(Math.abs(R(edge - 1e-6))).toBeLessThan(1);
  });
});

describe('Adam’s preconditioner', () => {
  it('is the P that the step goes through, the corrections of its bias at that step included: D = −ηm/P', () => {
    const [beta1, beta2, epsilon, eta] = [0.9, 0.99, 1e-3, 0.1];
    const rule = adamRule({ beta1, beta2, epsilon });
    const theta = new Float64Array(2);
    const D = new Float64Array(2);
    let [m, s] = [
      [0, 0],
      [0, 0],
    ];
    for (let t = 1; t <= 20; t++) {
      const g = Float64Array.of(1 / t, Math.sin(t));
      m = m.map((x, i) => beta1 * x + (1 - beta1) * g[i]!);
      s = s.map((x, i) => beta2 * x + (1 - beta2) * g[i]! ** 2);
      rule.update(g, theta, eta, D);
      for (let i = 0; i < 2; i++) {
        const P = (1 - beta1 ** t) * (Math.sqrt(s[i]! / (1 - beta2 ** t)) + epsilon);
        expect(rule.preconditioner!()[i]! / P).toBeCloseTo(1, 12);
        expect(D[i]! / (-eta * m[i]!) / (1 / P)).toBeCloseTo(1, 12);
        // Kingma and Ba's own way of writing it
        const hat = m[i]! / (1 - beta1 ** t) / (Math.sqrt(s[i]! / (1 - beta2 ** t)) + epsilon);
        expect(D[i]! / (-eta * hat)).toBeCloseTo(1, 12);
      }
    }
  });

  it('is null if the step goes through none', () => {
    expect(gradientDescentRule().preconditioner).toBeUndefined();
    expect(momentumRule({ beta: 0.9 }).preconditioner).toBeUndefined();
  });
});
