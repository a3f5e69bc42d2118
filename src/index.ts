// columns and streams
export * from './columns.ts';
// over threads
export { type Pipeline, sweepInWorkers } from './executors/workers/sweep.ts';
// problems
export { chebyshev } from './math/data/chebyshev.ts';
export { classified, type Data, type Dataset } from './math/data/dataset.ts';
export { gaussianMixture } from './math/data/gaussian-mixture.ts';
export { spheres } from './math/data/spheres.ts';
export { xor } from './math/data/xor.ts';
export { mlp } from './math/models/mlp.ts';
export {
  type Capability,
  type Evaluation,
  type Objective,
  objective,
  type Risk,
  type Tensor,
} from './math/objective.ts';
export { nativeRandom } from './math/random/native.ts';
export { torchRandom } from './math/random/torch.ts';
// aggregates
export { powerLaw } from './operators/aggregates/power-law.ts';
export { summarize } from './operators/aggregates/summarize.ts';
// measures
export { conservation } from './operators/measures/conservation.ts';
export { hessian, sharpness } from './operators/measures/hessian.ts';
// sinks
export { tee } from './operators/sinks/tee.ts';
export { toArrow } from './operators/sinks/to-arrow.ts';
export { toParquet } from './operators/sinks/to-parquet.ts';
export { readDataset } from './operators/sources/data/file.ts';
// sources
export type { Step } from './operators/sources/descend.ts';
export { gradientDescent } from './operators/sources/gradient-descent.ts';
export { logspace } from './operators/sources/grid.ts';
export { sweep } from './operators/sources/sweep.ts';
// transforms
export { derive } from './operators/transforms/derive.ts';
export { ema } from './operators/transforms/ema.ts';
export { every } from './operators/transforms/every.ts';
export { measure } from './operators/transforms/measure.ts';
export { untilDiverged } from './operators/transforms/until-diverged.ts';
export { type Snapshot, State } from './state.ts';
export { type Flat, isStream, Stream } from './stream.ts';
