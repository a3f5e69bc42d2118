/**
 * Every job beside its peer, interleaved in one run: steps with all measurements, Hessian products from scratch, and E5
 * in full; and what sharpness and the chain of operators cost. Writes bench/RESULTS.md. Ratios are ours over the peer's, below 1 where we are faster: the median over the
 * rounds of the ratio within a round, with its quartiles.
 *
 *     python3 -m venv .venv-bench && .venv-bench/bin/pip install torch numpy
 *     npm run bench -- .venv-bench/bin/python
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { helped } from '../src/math/engines/wasm/threads/team.ts';
import { chain } from './chain.ts';
import { curvature } from './curvature.ts';
import { jobs } from './jobs.ts';
import { counts, engine, product, runsPerSecond, step } from './ours.ts';
import { type Ask, Peer } from './peer.ts';
import { quantile } from './quantile.ts';

const python = process.argv[2] ?? 'python3';
const rounds = Number(process.argv[3] ?? 7);
const load = () => os.loadavg()[0]!.toFixed(1);
const loadBefore = load();

type How = Pick<Ask, 'how' | 'dtype' | 'threads'>;
const autograd: How = { how: 'autograd', dtype: 'float64', threads: 1 };
const ways = { autograd: 'autograd', 'by hand': 'manual' } as const;
const peers: Readonly<Record<string, How>> = Object.fromEntries(
  (['float64', 'float32'] as const).flatMap((dtype) =>
    Object.entries(ways).flatMap(([said, how]) => [
      [`${dtype} ${said}, 1 thread`, { how, dtype, threads: 1 }],
      [`${dtype} ${said}, default`, { how, dtype, threads: 0 }],
    ]),
  ),
);
const [one, all] = Object.keys(peers) as [string, string];

/** Jobs large enough to be split over threads. */
const large = ['iii', 'iv'];
/** Ratios to float64 autograd with one thread that we mean to stay below. */
const aims: Readonly<Record<string, number>> = {
  ...{ 'step tiny': 0.05, 'step i': 0.7, 'step ii': 1.2, 'step iii': 1.8, 'step iv': 1.5, 'step iii, 2 threads': 1 },
  ...{ 'product i': 0.6, 'product iii': 1 },
};

const spread = (values: readonly number[], digits: number) => {
  const [low, mid, high] = [0.25, 0.5, 0.75].map((p) => quantile(values, p).toPrecision(digits));
  return `${mid} (${low} … ${high})`;
};
const over = (ours: readonly number[], theirs: readonly number[]) => ours.map((ms, round) => ms / theirs[round]!);
const row = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;

const { peer, torch, threads } = await Peer.start(python).catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
while (helped() === 0) product('iv', 2); // until the second thread has started

type Times = Record<string, number[]>;
/** Times of every variant of ours and of every peer, one of each in a round. */
async function times(variants: Record<string, () => number | Promise<number>>): Promise<Times> {
  const found: Times = Object.fromEntries(Object.keys(variants).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, time] of Object.entries(variants)) found[name]!.push(await time());
  }
  return found;
}

/** The rows of a table: each way of ours beside the peers that it is held against, the first of them with the aim. */
async function compare(what: 'step' | 'product', names: readonly string[], ours: typeof step | typeof product) {
  const lines: string[] = [];
  for (const [job, { n, widths }] of Object.entries(jobs)) {
    const ask = (name: string) => () => peer.time({ job, what, count: counts[job]!, ...peers[name]! });
    const two = `${job}, 2 threads`;
    const found = await times({
      [job]: () => ours(job, 1),
      ...(large.includes(job) ? { [two]: () => ours(job, 2) } : {}),
      ...Object.fromEntries(names.map((name) => [name, ask(name)])),
    });
    const rows = [...names.map((name) => [job, name]), ...[one, all].map((name) => [two, name])] as [string, string][];
    for (const [way, name] of rows.filter(([way]) => found[way])) {
      const ratio = spread(over(found[way]!, found[name]!), 2);
      const aim = name === one ? aims[`${what} ${way}`] : undefined;
      const left = name === one ? [way, `n=${n} ${widths.join('-')}`, spread(found[way]!, 3)] : ['', '', ''];
      lines.push(row([...left, name, spread(found[name]!, 3), ratio, aim ? `≤ ${aim}` : '']));
    }
    console.error(`${what} ${job} done`);
  }
  return lines;
}

const head = `| job | network | ours, ms | PyTorch | ms | ours / PyTorch | aim |\n|---|---|---|---|---|---|---|`;
const steps = await compare('step', Object.keys(peers), step);
const products = await compare(
  'product',
  Object.keys(peers).filter((name) => peers[name]!.how === 'autograd'),
  product,
);

const scaling = await times({ one: () => runsPerSecond(1), two: () => runsPerSecond(2) });
console.error('workers done');

/** Seconds that the whole command takes, start to tables. */
function e05(workers: number): number {
  const out = mkdtempSync(join(os.tmpdir(), 'rxdescent-bench-'));
  const spec = 'specs/e05-drift-scaling.json';
  const start = performance.now();
  execFileSync('node', ['dist/cli/main.js', 'run', spec, '--out', out, '--workers', String(workers), '--json']);
  const seconds = (performance.now() - start) / 1000;
  rmSync(out, { recursive: true });
  return seconds;
}
const loop = (what: Ask['what']) => async () => (await peer.time({ job: 'i', what, count: 1, ...autograd })) / 1000;
const e05s = await times({
  'rxdescent run, 2 workers': () => e05(2),
  'rxdescent run, 1 worker': () => e05(1),
  'PyTorch, the steps alone': loop('e05'),
  'PyTorch, and the sharpness': loop('e05 sharpness'),
});
const drifts: string[] = [];
for (const rate of [1e-5, 1e-4, 1e-3, 1e-2]) {
  const [single, double] = [await peer.drift('float32', rate), await peer.drift('float64', rate)];
  drifts.push(
    row([
      rate.toExponential(0),
      double.toPrecision(4),
      single.toPrecision(4),
      Math.abs(single / double - 1).toPrecision(2),
    ]),
  );
}
peer.stop();

const sharpness = await curvature(rounds);
console.error('sharpness done');
const operators = await chain(2 * rounds);
const seconds = Object.entries(e05s).map(([name, found]) =>
  row([name, spread(found, 3), spread(over(e05s['rxdescent run, 2 workers']!, found), 2)]),
);
const cpus = os.cpus();
const gib = (os.totalmem() / 2 ** 30).toFixed(0);

writeFileSync(
  new URL('RESULTS.md', import.meta.url),
  `# Measured

| | |
|---|---|
| machine | ${cpus[0]?.model.trim()}, ${os.availableParallelism()} cores, ${gib} GiB; ${os.type()} ${os.release()} |
| load | ${loadBefore} before, ${load()} after (this run itself is about 1) |
| ours | Node ${process.versions.node}, engine \`${engine}\`, float64 |
| peer | PyTorch ${torch}, ${threads} threads by default |
| rounds | ${rounds}; in each everything of a job is timed once, one after the other |

Values are medians (quartiles). Ratios are taken within a round: below 1 we are faster. Made by \`npm run bench\`.

## A step of gradient descent with all measurements

Ours: loss, gradient, update, norms and the whole ledger, as rows. PyTorch: loss, update and norms brought back.
\`autograd\` is what people write; \`by hand\` has the backward pass of this very network written out.

${head}
${steps.join('\n')}

## A Hessian-vector product from scratch

The forward and backward pass and the gradient included.

${head}
${products.join('\n')}

## Sharpness

${sharpness}

## The chain

${operators}

## Workers

Runs of job (i), 2000 steps each, a second: ${spread(scaling['one']!, 3)} with one worker, ${spread(scaling['two']!, 3)} with two: ${spread(over(scaling['two']!, scaling['one']!), 3)} times as many (aim: ≥ 1.9).

## E5 in full

10 rates × 5 seeds × 2000 steps with the ledger at every step, and the sharpness at every 50th, from the command to the
tables (aim: < 8 s with two workers). PyTorch: the same steps in one process, float64 autograd on one thread, without
tables; the sharpness there by 30 power iterations, which has no error estimate.

| | s | ours with 2 workers / this |
|---|---|---|
${seconds.join('\n')}

## Where float32 is faster

In the rows above where its ratio is over 1. It cannot measure what this is about: every update rounds the stored weights,
and their norms walk by more than the drift. ‖W₂‖² − ‖W₁‖² of job (i) after 2000 steps in PyTorch, norms summed in float64:

| η | float64 | float32 | relative error |
|---|---|---|---|
${drifts.join('\n')}
`,
);
