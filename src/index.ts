// columns and streams
export {
  type ArrowKind,
  bool,
  type Column,
  type ColumnDetails,
  type Columns,
  float64,
  float64s,
  int32,
  int32s,
  labelOf,
  type Nullable,
  nullable,
  nullables,
  type Summary,
  type SummaryOption,
  type SummaryRow,
  summarizedBy,
  uint32,
  utf8,
  type Values,
} from './columns.ts';
export { type Measured, type Need, requireNeeds } from './requirements.ts';
export type { OptionsOf } from './options.ts';
export { memoryless } from './math/memory.ts';
export { layerPairs } from './math/models/layer-pairs.ts';
export {
  columnsOf,
  addColumns,
  type Flat,
  isStream,
  type Origin,
  passThrough,
  type Requirement,
  type RowShape,
  Stream,
} from './stream.ts';
export {
  type EdgeOf,
  type Memory,
  type NamedMemory,
  type ObjectiveMark,
  type OperatorMemory,
  type Products,
  type RememberedOperator,
  type RunFacts,
  type Snapshot,
  State,
  type UpdateSums,
} from './state.ts';

// problems: data, networks, losses
export { chebyshev } from './math/data/chebyshev.ts';
export { classified, type Data, type Dataset } from './math/data/dataset.ts';
export { gaussianMixture } from './math/data/gaussian-mixture.ts';
export { type Split, type SplitOptions, split } from './math/data/split.ts';
export { spheres } from './math/data/spheres.ts';
export { xor } from './math/data/xor.ts';
export type { Normalize } from './math/data/images.ts';
export type { Engine, KernelNeeds, Network, NetworkSize, ReloadableEvaluation } from './math/engines/engine.ts';
export { type BuiltInEngine, type EngineName, loadEngine } from './math/engines/engines.ts';
export type { Loss, Target } from './math/losses/loss.ts';
export type { LossName } from './math/losses/losses.ts';
export type { Activation, ActivationName } from './math/models/activations.ts';
export { type Mlp, type MlpOptions, mlp } from './math/models/mlp.ts';
export {
  type Batched,
  type BatchEvaluation,
  type Evaluation,
  emptySums,
  type LawPair,
  type Objective,
  type ObjectiveFacts,
  type ProductName,
  type Sums,
  type Tensor,
} from './math/objective.ts';
export type { Block } from './math/blocks.ts';
export { type CheckedNumber, checkObjective, type ObjectiveCheck } from './math/check-objective.ts';
export type { Comparison } from './math/differences.ts';
export { type Functions, objectiveOf, type StartedObjective } from './math/objective-of.ts';
export { objective, type Problem, type Risk } from './math/risk.ts';
export { type Cifar10Options, readCifar10 } from './datasets/cifar10.ts';
export { readDataset } from './datasets/file.ts';
export { type IdxOptions, readIdx } from './datasets/idx.ts';
export type { ImageOptions } from './datasets/image-options.ts';
export type { TargetName } from './datasets/table.ts';
export type { FileDataset } from './datasets/to-dataset.ts';

// snapshots on disk
export { readSnapshot, saveSnapshot } from './files/snapshot.ts';

// random streams, linear algebra, theory
export { type NativeRandom, nativeRandom } from './math/random/native.ts';
export type { Random } from './math/random/random.ts';
export { torchRandom } from './math/random/torch.ts';
export { type Eigenpair, type LanczosOptions, type LanczosResult, lanczos } from './math/linalg/lanczos/lanczos.ts';
export type { MatVec } from './math/linalg/mat-vec.ts';
export type { Eigen } from './math/linalg/tridiagonal.ts';
export { eigenSymmetric, eigenvaluesSymmetric } from './math/linalg/symmetric.ts';
export {
  type Law,
  type LawKind,
  type LawOptions,
  type Laws,
  lawsOf,
  type Range as LawRange,
} from './math/theory/laws.ts';
export {
  type Decay,
  type GradientStep,
  gradientLedger,
  type HeavyBallOptions,
  type HeavyBallStep,
  heavyBallDrift,
  heavyBallLedger,
  type NesterovOptions,
  type NesterovStep,
  nesterovDrift,
  nesterovLedger,
} from './math/theory/ledgers.ts';

// schedules of the learning rate
export { constant } from './math/schedules/constant.ts';
export { cosine } from './math/schedules/cosine.ts';
export { type Ramp, ramp } from './math/schedules/ramp.ts';
export type { Schedule } from './math/schedules/schedule.ts';
export { stepDecay } from './math/schedules/step-decay.ts';
export { warmup } from './math/schedules/warmup.ts';

// sources
export type { Gradient, UpdateRule } from './math/optimizers/update-rule.ts';
export { adam } from './operators/sources/adam.ts';
export { adamw } from './operators/sources/adamw.ts';
export { type Concatenated, concatRuns } from './operators/sources/concat-runs.ts';
export { descend, type Step } from './operators/sources/descend.ts';
export type { Controller, Descent, Feedback, LearningRate } from './operators/sources/descent.ts';
export { type DriftBudget, driftBudget } from './operators/sources/drift-budget.ts';
export { fedBack } from './operators/sources/fed-back.ts';
export { gradientDescent } from './operators/sources/gradient-descent.ts';
export { gradientFlow } from './operators/sources/gradient-flow.ts';
export { type Axes, type AxisValue, logspace, type Point } from './operators/sources/grid.ts';
export { momentum } from './operators/sources/momentum.ts';
export {
  type LedgerName,
  type Optimizer,
  type OptimizerDeclaration,
  optimizer,
} from './operators/sources/optimizer.ts';
export { type ColumnType, type ReadRowsOptions, type RowOf, readRows } from './operators/sources/read-rows.ts';
export { rmsprop } from './operators/sources/rmsprop.ts';
export { type SeededDescent, sgd } from './operators/sources/sgd.ts';
export { type Swept, sweep } from './operators/sources/sweep.ts';
export { type Zipped, zipRuns } from './operators/sources/zip-runs.ts';

export type { DataKind } from './pipelines/data-kinds.ts';

// measures
export { type AccuracyColumns, type AccuracyOptions, accuracy } from './operators/measures/accuracy.ts';
export { activationSwitching } from './operators/measures/activation-switching.ts';
export { batchSharpness } from './operators/measures/batch-sharpness.ts';
export { conservation } from './operators/measures/conservation.ts';
export { criticalSharpness } from './operators/measures/critical-sharpness.ts';
export { denseSpectrum } from './operators/measures/dense-spectrum.ts';
export { edgeOfStability } from './operators/measures/edge-of-stability.ts';
export { gradientNorm } from './operators/measures/gradient-norm.ts';
export { type HessianColumns, type HessianOptions, hessian, sharpness } from './operators/measures/hessian.ts';
export { type LossOnColumns, type LossOnOptions, lossOn } from './operators/measures/loss-on.ts';
export { spectralDensity } from './operators/measures/spectral-density.ts';
export { trace } from './operators/measures/trace.ts';
export { updateNorm } from './operators/measures/update-norm.ts';
export { weightNorm } from './operators/measures/weight-norm.ts';

// transforms
export type { ColumnName, NumberColumn, NumericColumn, Reading, Rows } from './operators/transforms/column-name.ts';
export { derive } from './operators/transforms/derive.ts';
export { ema } from './operators/transforms/ema.ts';
export { every } from './operators/transforms/every.ts';
export { logSteps } from './operators/transforms/log-steps.ts';
export { type Adds, type Context, type Measurement, measure, measureEvery } from './operators/transforms/measure.ts';
export { type Declaration, type Operator, operator } from './operators/transforms/operator.ts';
export { feedback } from './operators/transforms/feedback.ts';
export { untilDiverged } from './operators/transforms/until-diverged.ts';
export { type MeasuredRow, whereMeasured } from './operators/transforms/where-measured.ts';

// aggregates
export { events } from './operators/aggregates/events.ts';
export {
  type FitFacts,
  type FitReport,
  type Fold,
  type FoldDeclaration,
  type Folder,
  type FoldOptions,
  fold,
  type Interval,
} from './operators/aggregates/fold.ts';
export { type PowerLawOptions, powerLaw } from './operators/aggregates/power-law.ts';
export { summarize } from './operators/aggregates/summarize.ts';

// sinks
export { type PlainRow, plainRow } from './operators/sinks/plain-row.ts';
export { type StepsOptions, steps } from './operators/sinks/steps.ts';
export { tee } from './operators/sinks/tee.ts';
export { toArrow } from './operators/sinks/to-arrow.ts';
export { toCsv } from './operators/sinks/to-csv.ts';
export { toNdjson } from './operators/sinks/to-ndjson.ts';
export { toParquet } from './operators/sinks/to-parquet.ts';

// over threads
export { type Pipeline, sweepInWorkers } from './executors/workers/sweep.ts';
