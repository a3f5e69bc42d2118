// columns and streams
export {
  bool,
  type Column,
  type Columns,
  float64,
  float64s,
  int32,
  int32s,
  nullable,
  nullables,
  ofRun,
  uint32,
  utf8,
  type Values,
} from './columns.ts';
export { columnsOf, extend, type Flat, isStream, passing, type Requirement, type Shape, Stream } from './stream.ts';
export { type Memory, type Snapshot, State } from './state.ts';

// problems
export { chebyshev } from './math/data/chebyshev.ts';
export { classified, type Data, type Dataset } from './math/data/dataset.ts';
export { gaussianMixture } from './math/data/gaussian-mixture.ts';
export { spheres } from './math/data/spheres.ts';
export { xor } from './math/data/xor.ts';
export type { EngineName } from './math/engines/engines.ts';
export type { LossName } from './math/losses/losses.ts';
export type { ActivationName } from './math/models/activations.ts';
export { type Mlp, type MlpOptions, mlp } from './math/models/mlp.ts';
export {
  type Capability,
  type Evaluation,
  type Objective,
  objective,
  type Problem,
  type Risk,
  type Sums,
  type Tensor,
} from './math/objective.ts';

// random streams, linear algebra, theory
export { type NativeRandom, nativeRandom } from './math/random/native.ts';
export type { Random } from './math/random/random.ts';
export { torchRandom } from './math/random/torch.ts';
export { type LanczosOptions, type LanczosResult, lanczos } from './math/linalg/lanczos.ts';
export type { MatVec } from './math/linalg/mat-vec.ts';
export { eigenSymmetric, eigenvaluesSymmetric } from './math/linalg/symmetric.ts';
export { type Law, type LawKind, type LawOptions, type Laws, lawsOf } from './math/theory/laws.ts';

// sources
export { readDataset } from './operators/sources/data/file.ts';
export type { Descent, Step } from './operators/sources/descend.ts';
export { gradientDescent } from './operators/sources/gradient-descent.ts';
export { type Axes, logspace, type Point } from './operators/sources/grid.ts';
export { type Swept, sweep } from './operators/sources/sweep.ts';

// measures
export { conservation } from './operators/measures/conservation.ts';
export { type EdgeOptions, edgeOfStability } from './operators/measures/edge-of-stability.ts';
export { hessian, sharpness } from './operators/measures/hessian.ts';

// transforms
export { type Adds, derive } from './operators/transforms/derive.ts';
export { ema } from './operators/transforms/ema.ts';
export { every } from './operators/transforms/every.ts';
export { type Context, type Measurement, measure } from './operators/transforms/measure.ts';
export { untilDiverged } from './operators/transforms/until-diverged.ts';

// aggregates
export type { Fold, Folding } from './operators/aggregates/fold.ts';
export { events } from './operators/aggregates/events.ts';
export { type PowerLawOptions, powerLaw } from './operators/aggregates/power-law.ts';
export { summarize } from './operators/aggregates/summarize.ts';

// sinks
export { tee } from './operators/sinks/tee.ts';
export { toArrow } from './operators/sinks/to-arrow.ts';
export { toParquet } from './operators/sinks/to-parquet.ts';

// over threads
export { type Pipeline, sweepInWorkers } from './executors/workers/sweep.ts';
