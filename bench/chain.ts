/**
 * Cost of the chain beside the steps that it measures: the bare loop over the engine, the source alone (rows pushed, and
 * rows that a loop asks for), with the ledger, and with the ledger to disk, interleaved in one run. Ratios to the bare
 * loop, median and quartiles over the rounds.
 *
 *     npm run bench:chain
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lastValueFrom, take } from 'rxjs';
import { conservation, emptySums, gradientDescent, steps as pull, type Risk, toArrow } from '../src/index.ts';
import { riskOf } from './jobs.ts';
import { quantile } from './quantile.ts';

const steps = 500;
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

async function pulled(L: Risk): Promise<void> {
  for await (const _ of pull(source(L)));
}

const source = (L: Risk) => gradientDescent({ objective: L, theta0: L.start(), learningRate }).pipe(take(steps));

/** The section of RESULTS.md. */
export async function chain(rounds: number): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'rxdescent-bench-'));
  const variants: Record<string, (L: Risk) => unknown> = {
    'the bare loop': bare,
    'as rows': (L) => lastValueFrom(source(L)),
    'as rows that are asked for': pulled,
    'with the ledger': (L) => lastValueFrom(source(L).pipe(conservation())),
    'and to disk': (L) => lastValueFrom(source(L).pipe(conservation(), toArrow(join(folder, 'steps.arrow')))),
  };
  const names = Object.keys(variants);
  const lines: string[] = [];
  for (const [job, engine] of [
    ['i', 'typed-array'],
    ['i', 'wasm'],
    ['tiny', 'wasm'],
  ] as const) {
    const L = riskOf(job, engine);
    const times: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]));
    for (let round = 0; round < rounds + 2; round++) {
      for (const [name, run] of Object.entries(variants)) {
        const start = performance.now();
        await run(L);
        if (round >= 2) times[name]!.push(((performance.now() - start) / steps) * 1000);
      }
    }
    for (const name of names) {
      const ratios = times[name]!.map((time, round) => time / times[names[0]!]![round]!);
      const [low, mid, high] = [0.25, 0.5, 0.75].map((p) => quantile(ratios, p).toFixed(3));
      const left = name === names[0] ? [job, engine] : ['', ''];
      lines.push(
        `| ${[...left, name, quantile(times[name]!, 0.5).toFixed(2), `${mid} (${low} … ${high})`].join(' | ')} |`,
      );
    }
  }
  rmSync(folder, { recursive: true });
  return `Over the bare loop that calls the engine and takes the step (aim at job (i) on typed arrays: below 1.05; rows that are asked for
cost less than 1.1 times those that are pushed).

| job | engine | | µs a step | over the bare loop |
|---|---|---|---|---|
${lines.join('\n')}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await chain(Number(process.argv[2] ?? 15)));
