/**
 * Cost of sharpness, and the chance of a missed eigenvalue at that cost.
 *
 * 1. Sharpness at every step of job (i): cold (no vectors from the row before) and warm, in gradient steps.
 * 2. The three largest eigenvalues tracked on 100,000 parameters, beside what their products cost alone.
 *
 *     npm run bench:curvature -- [rounds]
 */
import { fileURLToPath } from 'node:url';
import { lastValueFrom, map, take, toArray } from 'rxjs';
import { float64, int32 } from '../src/columns.ts';
import {
  conservation,
  emptySums,
  gaussianMixture,
  gradientDescent,
  hessian,
  lanczos,
  measure,
  mlp,
  nativeRandom,
  objective,
  type Risk,
  type State,
} from '../src/index.ts';
import { riskOf } from './jobs.ts';
import { quantile } from './quantile.ts';

const learningRate = 0.01;

const show = (values: readonly number[], digits = 3) => {
  const [low, mid, high] = [0.25, 0.5, 0.75].map((p) => quantile(values, p).toPrecision(digits));
  return `${mid} (${low} … ${high})`;
};

interface Solved {
  readonly products: number;
  readonly miss: number;
}

/** k eigenvalues at every row without what the row before knew. */
const cold = (k: number) =>
  measure({ products: int32('products'), miss: float64('miss probability') }, ({ random }) => ({
    row({ state }: { readonly state: State }) {
      const { top, products } = lanczos(state.hvp, state.dim, { random, k, tol: 1e-4, growAbove: 0.75 * state.edge });
      return { products, miss: Math.max(...top.map(({ missProbability }) => missProbability)) };
    },
    snapshot: () => null,
    restore: () => {},
  }));

const steps = (L: Risk) => gradientDescent({ objective: L, theta0: L.start(), learningRate });

async function timed<T>(run: () => Promise<T>): Promise<{ ms: number; result: T }> {
  const start = performance.now();
  const result = await run();
  return { ms: performance.now() - start, result };
}

const median = (rows: readonly Solved[], of: keyof Solved) =>
  quantile(
    rows.map((row) => row[of]),
    0.5,
  );

/** Sharpness at every step of job (i), in steps of gradient descent. */
async function everyStep(rounds: number): Promise<string> {
  const L = riskOf('i', 'wasm');
  const rows = 100;
  const run = {
    steps: () =>
      lastValueFrom(
        steps(L).pipe(
          take(rows),
          conservation(),
          map((): Solved => ({ products: 0, miss: 1 })),
          toArray(),
        ),
      ),
    cold: () =>
      lastValueFrom(
        steps(L).pipe(
          take(rows),
          cold(1),
          map(({ products, miss }): Solved => ({ products, miss })),
          toArray(),
        ),
      ),
    warm: () =>
      lastValueFrom(
        steps(L).pipe(
          take(rows),
          hessian(),
          map((row): Solved => ({ products: row.hessianProducts, miss: row.sharpnessMissProbability })),
          toArray(),
        ),
      ),
  };
  await run.warm(); // V8
  const ms: Record<string, number[]> = { steps: [], cold: [], warm: [] };
  const found: Record<string, Solved[]> = {};
  for (let round = 0; round < rounds; round++) {
    for (const [name, go] of Object.entries(run)) {
      const { ms: took, result } = await timed(go);
      ms[name]!.push(took / rows);
      found[name] = result;
    }
  }
  const lines = ['cold', 'warm'].map((name) => {
    const ratios = ms[name]!.map((time, round) => time / ms['steps']![round]! - 1);
    const misses = found[name]!.map(({ miss }) => miss);
    const [usual, most] = [median(found[name]!, 'miss'), Math.max(...misses)].map((miss) => miss.toPrecision(2));
    return `| ${name} | ${show(ratios)} | ${median(found[name]!, 'products')} | ${usual}, at most ${most} |`;
  });
  return `Sharpness at every step of job (i), ${L.dim} parameters: what it costs beside a step with the ledger, ${show(ms['steps']!)} ms.
Cold solves know nothing of the row before, warm ones start from its vectors.

| | steps of gradient descent a row | products | miss probability |
|---|---|---|---|
${lines.join('\n')}`;
}

/** Three eigenvalues tracked on 100,000 parameters, beside their products. */
function tracked(rounds: number, n: number): string {
  // 784-128-10, on as many samples as Cohen et al. 2021 take of CIFAR-10, and on fewer
  const random = nativeRandom(0);
  const data = gaussianMixture({ n, d: 784, classes: 10, separation: 1 });
  const L = objective({ model: mlp({ hidden: [128] }), loss: 'mse', data, seed: 0 });
  const evaluation = L.open();
  const [gradient, v, out] = [new Float64Array(L.dim), random.normal(L.dim), new Float64Array(L.dim)];
  const sums = emptySums(L.tensors);
  evaluation.evaluate(L.start(), gradient, sums);
  const overheads: number[] = [];
  const products: number[] = [];
  const each: number[] = [];
  let vectors: readonly Float64Array[] = [];
  const theta = L.start();
  for (let round = 0; round <= rounds; round++) {
    // a step on, as a run would be
    for (let i = 0; i < theta.length; i++) theta[i]! -= learningRate * gradient[i]!;
    evaluation.evaluate(theta, gradient, sums);
    let inside = 0;
    const clocked: typeof evaluation.hvp = (x, into) => {
      const start = performance.now();
      evaluation.hvp!(x, into);
      inside += performance.now() - start;
      return into;
    };
    const start = performance.now();
    const found = lanczos(clocked, L.dim, { random, k: 3, tol: 1e-4, start: vectors });
    const whole = performance.now() - start;
    vectors = found.vectors;
    if (round === 0) continue; // cold
    overheads.push(whole / inside - 1);
    products.push(found.products);
    const one = performance.now();
    evaluation.hvp!(v, out);
    each.push(performance.now() - one);
  }
  evaluation.close();
  const percent = overheads.map((part) => 100 * part);
  return `| ${L.dim} | ${n} | ${show(products)} | ${show(each)} | ${show(percent, 2)} |`;
}

/** The section of RESULTS.md. */
export async function curvature(rounds: number): Promise<string> {
  return `${await everyStep(rounds)}

The three largest eigenvalues tracked along a run of 784-128-10, warm, on one thread: what a solve takes beside its products
(aim: 10 % of what they cost).

| parameters | samples | products a row | ms each | beside them, % |
|---|---|---|---|---|
${[1000, 5000].map((n) => tracked(rounds, n)).join('\n')}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await curvature(Number(process.argv[2] ?? 5)));
