/**
 * What the chain costs beside the steps it measures: the bare loop over the engine, the source alone, with the ledger,
 * and with the ledger to disk, interleaved in one run. Ratios to the bare loop, median and quartiles over the rounds.
 *
 *     npm run bench:chain
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom, take } from 'rxjs';
import { conservation, emptySums, gradientDescent, type Risk, toArrow } from '../src/index.ts';
import { riskOf } from './jobs.ts';
import { quantile } from './quantile.ts';

const steps = 500;
const rounds = Number(process.argv[2] ?? 15);
const learningRate = 0.01;

function bare(L: Risk): void {
  const evaluation = L.open();
  const theta = L.start();
  const gradient = new Float64Array(L.dim);
  const sums = emptySums(L.tensors);
  for (let t = 0; t < steps; t++) {
    evaluation.evaluate(theta, gradient, sums);
    for (let i = 0; i < theta.length; i++) theta[i] = theta[i]! - learningRate * gradient[i]!;
  }
  evaluation.close();
}

const folder = mkdtempSync(join(tmpdir(), 'rxdescent-bench-'));
const source = (L: Risk) => gradientDescent({ objective: L, theta0: L.start(), learningRate }).pipe(take(steps));
const variants: Record<string, (L: Risk) => unknown> = {
  'bare loop': bare,
  source: (L) => lastValueFrom(source(L)),
  '+ conservation': (L) => lastValueFrom(source(L).pipe(conservation())),
  '+ toArrow': (L) => lastValueFrom(source(L).pipe(conservation(), toArrow(join(folder, 'steps.arrow')))),
};

for (const job of ['i', 'tiny']) {
  const L = riskOf(job, 'typed-array');
  const times: Record<string, number[]> = Object.fromEntries(Object.keys(variants).map((name) => [name, []]));
  for (let round = 0; round < rounds + 2; round++) {
    for (const [name, run] of Object.entries(variants)) {
      const start = performance.now();
      await run(L);
      if (round >= 2) times[name]!.push(((performance.now() - start) / steps) * 1000);
    }
  }
  console.log(`job ${job}, ${rounds} rounds of ${steps} steps`);
  for (const name of Object.keys(variants)) {
    const ratios = times[name]!.map((time, round) => time / times['bare loop']![round]!);
    const [low, mid, high] = [0.25, 0.5, 0.75].map((p) => quantile(ratios, p).toFixed(3));
    console.log(
      `  ${name.padEnd(15)} ${quantile(times[name]!, 0.5).toFixed(2).padStart(8)} µs a step   × ${mid} (${low} … ${high})`,
    );
  }
}
rmSync(folder, { recursive: true });
