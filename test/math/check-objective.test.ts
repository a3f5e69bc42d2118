import { describe, expect, it } from 'vitest';
import { checkObjective } from '../../src/math/check-objective.ts';
import { gaussianMixture } from '../../src/math/data/gaussian-mixture.ts';
import { mlp } from '../../src/math/models/mlp.ts';
import type { Evaluation, Objective } from '../../src/math/objective.ts';
import { objectiveOf } from '../../src/math/objective-of.ts';
import { objective } from '../../src/math/risk.ts';
import { bare, factorisation } from '../helpers/factorisation.ts';
import { quadratic } from '../helpers/quadratic.ts';

const problem = factorisation();
const { theta0 } = problem;
const L = objectiveOf(problem);

/** The same objective with parts of its evaluation in another form. */
const changed = (of: Objective, change: (inner: Evaluation) => Partial<Evaluation>): Objective => ({
  ...of,
  open() {
    const inner = of.open();
    return { ...inner, ...change(inner) };
  },
});

describe('checkObjective', () => {
  it.each(['relu', 'leaky-relu', 'tanh', 'gelu'] as const)('passes the engines on networks with %s', (activation) => {
    for (const engine of ['typed-array', 'wasm'] as const) {
      for (let seed = 0; seed < 10; seed++) {
        const network = objective({
          ...{ engine, seed, loss: seed % 2 ? 'mse' : 'cross-entropy' },
          model: mlp({ hidden: [6, 5], activation, bias: seed % 3 === 0 }),
          data: gaussianMixture({ n: 20, d: 3, classes: 3, separation: 1 }),
        });
        const checked = checkObjective(network, { seed });
        expect(checked.every(({ agrees }) => agrees)).toBe(true);
      }
    }
  });

  it('returns what it has compared, each number within its bound', () => {
    for (const { what, got, expected, within } of checkObjective(L)) {
      expect(what.length).toBeGreaterThan(0);
      expect(Math.abs(got - expected)).toBeLessThanOrEqual(within);
    }
    expect(checkObjective(L, { seed: 1 })).not.toEqual(checkObjective(L));
    expect(checkObjective(L)).toEqual(checkObjective(L));
  });

  it('passes an objective by hand that leaves the sums alone, and one without products', () => {
    expect(checkObjective(bare(problem), { theta: theta0 }).map(({ what }) => what.slice(0, 8))).not.toContain(
      'products',
    );
    expect(() => checkObjective(quadratic(3, 1), { theta: Float64Array.of(1, 2) })).not.toThrow();
  });

  const wrong = (what: string, change: (inner: Evaluation) => Partial<Evaluation>, message: RegExp) =>
    it(`notices ${what}`, () => {
      expect(() => checkObjective(changed(L, change), { theta: theta0 })).toThrow(message);
    });

  wrong(
    'a gradient of the wrong sign',
    (inner) => ({
      evaluate(theta, g, sums) {
        const value = inner.evaluate(theta, g, sums);
        g.forEach((x, i) => void (g[i] = -x));
        sums.inner.forEach((x, i) => void (sums.inner[i] = -x));
        return value;
      },
    }),
    /^checkObjective: the gradient does not match the loss: along g, g·v is the slope of the loss: got .*, expected -.* ± .*$/,
  );
  wrong(
    'sums of something else',
    (inner) => ({
      evaluate(theta, g, sums) {
        const value = inner.evaluate(theta, g, sums);
        sums.gradientNormSq[1]! *= 1 + 1e-9;
        return value;
      },
    }),
    /^checkObjective: gradientNormSq of W2 is ‖g_b‖²: got /,
  );
  wrong(
    'another loss',
    (inner) => ({ loss: (theta) => inner.loss!(theta) * (1 + 1e-15) }),
    /^checkObjective: loss\(θ\) is/,
  );
  wrong(
    'products that are not symmetric',
    (inner) => ({
      hvp(v, out) {
        inner.hvp!(v, out);
        out[0]! += v[3]!;
        return out;
      },
    }),
    /^checkObjective: products are those of a symmetric matrix, u·Hv is v·Hu: got .*, expected .* ± .*$/,
  );
  wrong(
    'symmetric products of another matrix',
    (inner) => ({
      hvp(v, out) {
        inner.hvp!(v, out);
        out[0]! += 1e-3 * v[0]!;
        return out;
      },
    }),
    /^checkObjective: products do not match the gradient/,
  );

  it('notices blocks that do not cover θ, and pairs that do not fit', () => {
    const [first, second] = L.tensors as [(typeof L.tensors)[0], (typeof L.tensors)[0]];
    const check = (more: Partial<Objective>) => () => checkObjective({ ...L, ...more }, { theta: theta0 });
    expect(check({ tensors: [first] })).toThrow(
      'checkObjective: tensors must cover the 14 parameters, got blocks of 8',
    );
    expect(check({ tensors: [first, { ...second, offset: 2 }] })).toThrow(
      'checkObjective: tensors[1].offset must be 8',
    );
    expect(check({ facts: { ...L.facts, pairs: [{ layer: 1, below: 0, above: 0 }] } })).toThrow(
      'checkObjective: pairs[0]',
    );
  });

  it('asks for a θ where there is none, of the right length, at which the loss is finite', () => {
    expect(() => checkObjective(quadratic(1))).toThrow(
      new TypeError('checkObjective: theta must be given, because the objective has no start()'),
    );
    expect(() => checkObjective(L, { theta: Float64Array.of(1) })).toThrow(
      'checkObjective: theta must have 14 entries, got 1',
    );
    expect(() => checkObjective(L, { theta: theta0.map(() => 1e200) })).toThrow(
      /^checkObjective: loss and gradient must be finite at theta, got /,
    );
    expect(() => checkObjective(L, { sede: 1 } as object)).toThrow('expected options among theta, seed, got sede');
  });

  it('closes what it opens', () => {
    let open = 0;
    const counted: Objective = {
      ...L,
      open() {
        open++;
        return { ...L.open(), close: () => void open-- };
      },
    };
    checkObjective(counted, { theta: theta0 });
    expect(() => checkObjective(counted, { theta: theta0.map(() => NaN) })).toThrow();
    expect(open).toBe(0);
  });
});
