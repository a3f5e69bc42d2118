import { lastValueFrom, take } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { checkObjective } from '../../src/math/check-objective.ts';
import { chebyshev } from '../../src/math/data/chebyshev.ts';
import { gaussianMixture } from '../../src/math/data/gaussian-mixture.ts';
import { crossEntropy } from '../../src/math/losses/cross-entropy.ts';
import type { Loss } from '../../src/math/losses/loss.ts';
import { mse } from '../../src/math/losses/mse.ts';
import { type Activation, activations } from '../../src/math/models/activations.ts';
import { mlp } from '../../src/math/models/mlp.ts';
import { objective, type Problem } from '../../src/math/risk.ts';
import { conservation } from '../../src/operators/measures/conservation.ts';
import { hessian } from '../../src/operators/measures/hessian.ts';
import { gradientDescent } from '../../src/operators/sources/gradient-descent.ts';
import { rowsOf } from '../helpers/operators.ts';

/** z/(1 + e^(−bz)), by the host's own functions. */
const swish = (b: number): Activation => {
  const p = (z: number) => 1 / (1 + Math.exp(-b * z));
  return {
    name: 'swish',
    homogeneous: false,
    forward(z, h, slope, n) {
      for (let i = 0; i < n; i++) {
        const s = p(z[i]!);
        h[i] = z[i]! * s;
        slope[i] = s + b * z[i]! * s * (1 - s);
      }
    },
    curvature(z, _h, _slope, out, n) {
      for (let i = 0; i < n; i++) {
        const s = p(z[i]!);
        out[i] = b * s * (1 - s) * (2 + b * z[i]! * (1 - 2 * s));
      }
    },
  };
};

const sine: Activation = {
  name: 'sine',
  homogeneous: false,
  forward(z, h, slope, n) {
    for (let i = 0; i < n; i++) {
      h[i] = Math.sin(z[i]!);
      slope[i] = Math.cos(z[i]!);
    }
  },
  curvature(_z, h, _slope, out, n) {
    for (let i = 0; i < n; i++) out[i] = -h[i]!;
  },
};

/** The sine with a slope that is not its own. */
const flat: Activation['forward'] = (z, h, slope, n) => {
  sine.forward(z, h, slope, n);
  slope.fill(1, 0, n);
};

const huber: Loss = {
  name: 'huber',
  value(f, { n, k, y }, delta, memo) {
    let sum = 0;
    for (let i = 0; i < n * k; i++) {
      const r = f[i]! - y[i]!;
      const inside = Math.abs(r) <= 0.5;
      sum += inside ? r ** 2 / 2 : 0.5 * (Math.abs(r) - 0.25);
      delta[i] = Math.max(-0.5, Math.min(0.5, r)) / n;
      memo[i] = inside ? 1 / n : 0;
    }
    return sum / n;
  },
  hessian(u, { n, k }, memo, out) {
    for (let i = 0; i < n * k; i++) out[i] = memo[i]! * u[i]!;
  },
};

const data = gaussianMixture({ n: 20, d: 3, classes: 2, separation: 1 });
const make = (more: Partial<Problem>, activation: Activation | 'tanh' = 'tanh') =>
  objective({ model: mlp({ hidden: [5, 4], activation, bias: true }), loss: 'mse', data, ...more });

describe('activations and losses of one’s own', () => {
  it.each([
    ['a swish', make({}, swish(1.7))],
    ['a sine', make({ loss: 'cross-entropy' }, sine)],
    ['Huber’s loss', make({ loss: huber })],
    ['both', make({ loss: huber }, sine)],
  ])('have the gradient and the products of differences: %s', (_, L) => {
    for (let seed = 0; seed < 5; seed++) {
      expect(checkObjective(L, { seed, theta: L.start().map((x) => 2 * x) }).length).toBeGreaterThan(10);
    }
    expect(L.facts.engine).toBe('typed-array');
  });

  it.each([
    [
      'an activation',
      make({}, { ...swish(1.7), curvature: (_z, _h, _s, out, n) => void out.fill(0.3, 0, n) }),
      /products/,
    ],
    ['a loss', make({ loss: { ...huber, hessian: mse.hessian } }), /products do not match the gradient/],
    ['a slope', make({}, { ...sine, forward: flat }), /the gradient does not match the loss/],
  ])('are found out where a derivative is wrong: %s', (_, L, message) => {
    expect(() => checkObjective(L)).toThrow(message);
  });

  it('are computed as the built-in ones are, to the bit', async () => {
    const rows = (L: ReturnType<typeof make>) =>
      rowsOf(
        gradientDescent({ objective: L, theta0: L.start(), learningRate: 0.1 }).pipe(
          take(5),
          conservation({ laws: ['neuron'] }),
          hessian(),
        ),
      );
    const tanh = { ...activations.tanh(), name: 'copy' };
    const own = await rows(make({ loss: { ...mse, name: 'copy' } }, tanh));
    expect(own).toEqual(await rows(make({ engine: 'typed-array' })));
    const classes = await rows(make({ loss: { ...crossEntropy, name: 'copy' } }));
    expect(classes).toEqual(await rows(make({ loss: 'cross-entropy', engine: 'typed-array' })));
  });

  it('fit a polynomial: a homogeneous activation keeps its law, and its loss falls', async () => {
    const power: Activation = {
      name: 'square',
      homogeneous: false, // of degree 2: 2‖W₂‖² − ‖W₁‖² is kept, and not the difference of the norms
      forward(z, h, slope, n) {
        for (let i = 0; i < n; i++) {
          h[i] = z[i]! * z[i]!;
          slope[i] = 2 * z[i]!;
        }
      },
      curvature: (_z, _h, _slope, out, n) => void out.fill(2, 0, n),
    };
    const L = objective({
      model: mlp({ hidden: [6], activation: power }),
      loss: 'mse',
      data: chebyshev({ n: 12, degree: 2 }),
    });
    const run = gradientDescent({ objective: L, theta0: L.start(), learningRate: 1e-4 }).pipe(take(300));
    const [first, last] = [await lastValueFrom(run.pipe(take(1))), await lastValueFrom(run)];
    const kept = ({ weightNormSq: [one, two] }: typeof first) => 2 * two! - one!;
    expect(last.loss).toBeLessThan(first.loss);
    expect(Math.abs(kept(last) - kept(first))).toBeLessThan(
      1e-3 * Math.abs(last.weightNormSq[1]! - first.weightNormSq[1]!),
    );
  });

  it.each(['wasm', 'wasm-fma'] as const)('are refused by name by the engine %s', (engine) => {
    expect(() => make({ engine }, sine)).toThrow(
      /^wasm(-fma)?: no kernel for activation sine; use the engine typed-array$/,
    );
    expect(() => make({ engine, loss: huber })).toThrow(
      /^wasm(-fma)?: no kernel for loss huber; use the engine typed-array$/,
    );
  });

  it('must have all their parts, and names of their own', () => {
    expect(() => make({}, { ...sine, forward: 3 } as never)).toThrow(
      new TypeError('mlp: activation.forward must be a function, got 3'),
    );
    expect(() => make({}, { ...sine, curvature: 3 } as never)).toThrow('mlp: activation.curvature must be a function');
    expect(() => make({}, { ...sine, name: 'tanh' })).toThrow(
      new RangeError('mlp: activation.name must not be that of a built-in one, got tanh'),
    );
    expect(() => make({ loss: { name: 'mine' } as never })).toThrow(
      new TypeError('objective: loss.value must be a function, got undefined'),
    );
    expect(() => make({ loss: { ...huber, name: 'mse' } })).toThrow(
      new RangeError('objective: loss.name must not be that of a built-in one, got mse'),
    );
    expect(() => mlp({ hidden: [2], activation: sine, slope: 1 })).toThrow(
      'mlp: slope belongs to leaky-relu, got it with sine',
    );
  });

  it('take the engine typed-array only where they are there', () => {
    expect(make({}).facts.engine).not.toBe('typed-array');
  });
});
