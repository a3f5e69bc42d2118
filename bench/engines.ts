/*
 * Milliseconds of one gradient-descent step (loss, gradient, sums and θ ← θ − ηg), of one Hessian product where the
 * step has been taken, and of both, for every engine: median of the rounds, and their least and greatest.
 *
 * npx tsx bench/engines.ts [--jobs tiny,i] [--engines wasm] [--rounds 15]
 */
import { parseArgs } from 'node:util';
import { type EngineName, engines } from '../src/math/engines/engines.ts';
import { nativeRandom } from '../src/math/random/native.ts';
import { jobs, riskOf } from './jobs.ts';
import { quantile } from './quantile.ts';

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: Object.keys(jobs).join() },
    engines: { type: 'string', default: Object.keys(engines).join() },
    rounds: { type: 'string', default: '15' },
  },
});

function timed(run: () => void, rounds: number): string {
  const began = performance.now();
  let warm = 0;
  while (warm < 3 || performance.now() - began < 300) {
    run();
    warm++;
  }
  const repeat = Math.max(1, Math.ceil((60 * warm) / (performance.now() - began)));
  const times = Array.from({ length: rounds }, () => {
    const start = performance.now();
    for (let i = 0; i < repeat; i++) run();
    return (performance.now() - start) / repeat;
  });
  const show = (ms: number) => ms.toPrecision(3);
  const [median, least, most] = [0.5, 0, 1].map((p) => show(quantile(times, p)));
  return `${median} (${least} … ${most})`;
}

for (const job of values.jobs.split(',')) {
  for (const engine of values.engines.split(',') as EngineName[]) {
    const L = riskOf(job, engine);
    const evaluation = L.open();
    const theta = L.start();
    const [gradient, out] = [new Float64Array(L.dim), new Float64Array(L.dim)];
    const v = nativeRandom(1).normal(L.dim);
    const none = () => new Float64Array(L.tensors.length);
    const sums = { weightNormSq: none(), gradientNormSq: none(), inner: none() };
    const step = () => {
      evaluation.evaluate(theta, gradient, sums);
      for (let i = 0; i < theta.length; i++) theta[i] = theta[i]! - 1e-4 * gradient[i]!;
    };
    const product = () => evaluation.hvp!(v, out);
    const rounds = Number(values.rounds);
    const row = [timed(step, rounds), timed(product, rounds), timed(() => [step(), product()], rounds)];
    console.log(`${job.padEnd(5)} ${engine.padEnd(12)} step ${row[0]}   product ${row[1]}   both ${row[2]}   ms`);
    evaluation.close();
  }
}
