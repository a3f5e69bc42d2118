import { lastValueFrom, take } from 'rxjs';
import { runConcurrently } from '../src/executors/run-concurrently.ts';
import { Workers } from '../src/executors/workers/pool.ts';
import { conservation, type EngineName, emptySums, gradientDescent } from '../src/index.ts';
import { riskOf } from './jobs.ts';

export const engine: EngineName = 'wasm';

/** Steps or products in one timing: a tenth of a second or more of the slower side. */
export const counts: Readonly<Record<string, number>> = { tiny: 10_000, i: 400, ii: 200, iii: 40, iv: 40 };

/** Steps of gradient descent on a job with the ledger, loss, norms, every law's books, as rows. */
export const descent = (job: string, count: number, threads = 1) => {
  const objective = riskOf(job, engine, threads);
  return gradientDescent({ objective, theta0: objective.start(), learningRate: 1e-3 }).pipe(
    take(count),
    conservation(),
  );
};

/** Milliseconds per step of `descent`. */
export async function step(job: string, threads: number): Promise<number> {
  const count = counts[job]!;
  await lastValueFrom(descent(job, Math.max(3, count / 10), threads));
  const rows = descent(job, count, threads);
  const start = performance.now();
  await lastValueFrom(rows);
  return (performance.now() - start) / count;
}

/** Milliseconds per Hessian product from scratch, the gradient that it needs included. */
export function product(job: string, threads: number): number {
  const L = riskOf(job, engine, threads);
  const count = counts[job]!;
  const evaluation = L.open();
  const [theta, v] = [L.start(), new Float64Array(L.dim).fill(1)];
  const [gradient, out] = [new Float64Array(L.dim), new Float64Array(L.dim)];
  const sums = emptySums(L.tensors);
  const work = (n: number) => {
    for (let i = 0; i < n; i++) {
      evaluation.evaluate(theta, gradient, sums);
      evaluation.hvp!(v, out);
    }
  };
  work(Math.max(3, count / 10));
  const start = performance.now();
  work(count);
  const ms = (performance.now() - start) / count;
  evaluation.close();
  return ms;
}

/** Run of job (i), for a worker. */
export const run = ({ steps }: { readonly steps: number }) => descent('i', steps);

/** Runs of 2000 steps of job (i) per second, in so many workers that have started, their rows taken in as batches. */
export async function runsPerSecond(workers: number): Promise<number> {
  const pool = new Workers(workers);
  const { signal } = new AbortController();
  const train = (runs: number, steps: number) =>
    runConcurrently(Array(runs).fill({ steps }), { concurrency: workers, signal }, async (argument) => {
      await pool.run({ module: import.meta.url, name: 'run', argument }, signal, () => {});
    });
  await train(20 * workers, 2000); // until what V8 compiles is compiled
  const start = performance.now();
  const runs = 20 * workers;
  await train(runs, 2000);
  const seconds = (performance.now() - start) / 1000;
  await pool.close();
  return runs / seconds;
}
