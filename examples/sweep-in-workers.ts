/** The sweep of sweep.ts, over threads: the type of the pipeline types the axes and the rows. */
import { logspace, powerLaw, sweepInWorkers } from '../src/index.ts';

const steps = Number(process.argv[2] ?? 2_000);

const rows = await sweepInWorkers<typeof import('./pipeline.ts').run>(
  { learningRate: logspace(1e-3, 1e-1, 12), seed: [1, 2, 3], steps: [steps] },
  { module: new URL('./pipeline.ts', import.meta.url), name: 'run' },
  { workers: 2 },
);

rows
  .pipe(powerLaw('learningRate', 'drift'))
  .subscribe(({ where, exponent, exponentLow, exponentHigh, r2 }) =>
    console.log(
      `${where}: drift ~ η^${exponent.toFixed(3)}, 95 % interval ${exponentLow.toFixed(3)} … ${exponentHigh.toFixed(3)}, R² ${r2.toFixed(4)}`,
    ),
  );
