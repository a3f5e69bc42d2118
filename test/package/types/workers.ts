/** Sweeps over threads, typed by the pipeline that they name. */
import { ema, powerLaw, summarize, sweepInWorkers } from '../../../src/index.ts';

const module = new URL('./pipeline.ts', import.meta.url);
const pipeline = { module, name: 'run' };
type Run = typeof import('./pipeline.ts').run;
const numbers = (..._: number[]) => {};

const rows = await sweepInWorkers<Run>({ learningRate: [0.1, 0.2], activation: ['relu'], seed: [1, 2] }, pipeline);
rows.subscribe(({ run, learningRate, activation, drift, loss }) =>
  numbers(run, learningRate, activation.length, drift[0]!, loss),
);
rows.pipe(powerLaw('learningRate', 'drift')).subscribe(({ exponent }) => numbers(exponent));
rows.pipe(ema('loss'), summarize('run', 'lossEma')).subscribe(({ seeds }) => numbers(seeds));
// @ts-expect-error the state cannot leave its thread
rows.subscribe(({ state }) => state);
// @ts-expect-error misspelt
rows.pipe(powerLaw('learningRate', 'drfit'));
// @ts-expect-error misspelt
rows.subscribe(({ drfit }) => drfit);

await sweepInWorkers<Run>({ learningRate: [0.1], activation: ['tanh'] }, pipeline, { workers: 3 });
// @ts-expect-error a misspelt axis
await sweepInWorkers<Run>({ learningRate: [0.1], activation: ['relu'], sed: [1] }, pipeline);
// @ts-expect-error an axis is missing
await sweepInWorkers<Run>({ learningRate: [0.1] }, pipeline);
// @ts-expect-error no such activation
await sweepInWorkers<Run>({ learningRate: [0.1], activation: ['relo'] }, pipeline);
// @ts-expect-error an axis is a list
await sweepInWorkers<Run>({ learningRate: 0.1, activation: ['relu'] }, pipeline);
// @ts-expect-error a misspelt option
await sweepInWorkers<Run>({ learningRate: [0.1], activation: ['relu'] }, pipeline, { worker: 3 });

const awaited = await sweepInWorkers<typeof import('./pipeline.ts').later>(
  { learningRate: [0.1], activation: ['relu'] },
  { module, name: 'later' },
);
awaited.subscribe(({ loss }) => numbers(loss));

// without the type of the pipeline
const untyped = await sweepInWorkers({ learningRate: [0.1, 0.2], seed: [1] }, pipeline);
untyped.pipe(powerLaw('learningRate', 'drift')).subscribe(({ exponent }) => numbers(exponent));
untyped.pipe(summarize('learningRate', 'loss')).subscribe(({ seeds }) => numbers(seeds));
// @ts-expect-error of its cells nothing is known
untyped.subscribe((row) => row['loss'].toFixed());
// @ts-expect-error an axis is a list
await sweepInWorkers({ learningRate: 0.1 }, pipeline);
