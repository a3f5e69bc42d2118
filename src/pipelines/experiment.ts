import { filter, takeWhile } from 'rxjs';
import { z } from 'zod';
import { type Columns, isNumeric, listOf } from '../columns.ts';
import { formatValue } from '../format-value.ts';
import type { Data, Dataset } from '../math/data/dataset.ts';
import type { Engine } from '../math/engines/engine.ts';
import { mlp, tensorsOf } from '../math/models/mlp.ts';
import { objective, type Problem, type Risk } from '../math/risk.ts';
import { type Law, type LawOptions, lawsOf } from '../math/theory/laws.ts';
import { didYouMean } from '../nearest-name.ts';
import type { Step } from '../operators/sources/descend.ts';
import type { LedgerName } from '../operators/sources/optimizer.ts';
import { hasDiverged, untilDiverged } from '../operators/transforms/until-diverged.ts';
import type { Snapshot } from '../state.ts';
import { passThrough, type Stream } from '../stream.ts';
import { int32Count as count } from './counts.ts';
import { dataSchema } from './data-kinds.ts';
import { joinNames } from './explain.ts';
import { namedIn } from './named-in.ts';
import { optimizerSchema } from './optimizers.ts';
import { builtIn, type Registry } from './registry.ts';
import { requireEveryStep } from './require-every-step.ts';
import { scheduled } from './schedules.ts';
import { asSpecFault, SpecError } from './spec-error.ts';

const positive = z.number().positive();
const seed = z
  .int()
  .min(0)
  .max(2 ** 32 - 1);
const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/, { error: 'expected a name of letters, digits, _ and -' });
const axisValue = z.union([z.number(), z.string(), z.boolean(), z.array(z.number())]);

const model = z
  .strictObject({
    kind: z.literal('mlp'),
    hidden: z.array(count).meta({ description: 'widths of the hidden layers, from input to output' }),
    activation: z
      .enum(['identity', 'relu', 'leaky-relu', 'tanh', 'sigmoid', 'softplus', 'silu', 'gelu'])
      .default('relu'),
    slope: z.number().optional().meta({ description: 'slope of leaky-relu left of zero' }),
    bias: z.boolean().default(false),
  })
  .refine(({ activation, slope }) => slope === undefined || activation === 'leaky-relu', {
    path: ['slope'],
    error: 'expected no slope, which only leaky-relu has',
  });

const claim = z.strictObject({
  id: z.string().min(1),
  statement: z.string().min(1),
  statistic: z.string().meta({ description: '⟨fit⟩.⟨number column of its table⟩' }),
  where: z
    .record(z.string(), axisValue)
    .optional()
    .meta({ description: 'values of the axes that the fit is kept apart by' }),
  published: z.number(),
  tolerance: z.number().nonnegative(),
  relative: z.boolean().default(false).meta({ description: 'true: the tolerance is a share of the published value' }),
  test: z
    .strictObject({ statistic: z.string(), within: positive, of: z.union([z.string(), z.number()]) })
    .optional()
    .meta({ description: 'condition under which the statement, as opposed to the number, holds' }),
});

const fitId = name.optional().meta({ description: 'name of the fit; default its op' });

/** Makes the schema of a spec that may name what is in `registry`. */
export const experiment = (registry: Registry = builtIn) =>
  z
    .strictObject({
      $schema: z.string().optional(),
      name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, {
        error: 'expected a name for a folder: at most 100 letters, digits, . _ -',
      }),
      question: z.string().min(1).meta({ description: 'question that the runs are to answer, in one sentence' }),
      source: z.string().optional().meta({ description: 'source of the question or of the published numbers' }),
      data: dataSchema(registry.data),
      model,
      loss: z.enum(['cross-entropy', 'mse']),
      optimizer: optimizerSchema(registry.optimizers).prefault({ kind: 'gd' }),
      steps: count.meta({ description: 'updates; a completed run has one row more' }),
      logEvery: count.default(1).meta({ description: 'rows kept: steps divisible by it, and the last' }),
      random: z.enum(['torch', 'native']).default('torch').meta({ description: 'torch: PyTorch’s draws, bit for bit' }),
      order: z.enum(['model-first', 'data-first']).default('model-first'),
      grid: z
        .object({ learningRate: z.array(positive).min(1).exactOptional(), seed: z.array(seed).min(1) })
        .catchall(z.array(axisValue).min(1))
        .meta({ description: 'axes; any key of data, model, optimizer may be one, as "model.hidden"' }),
      modules: z
        .array(z.string())
        .default([])
        .meta({ description: 'modules with operators, fits, data kinds and optimizers of one’s own' }),
      operators: z.array(z.string()).optional().meta({ description: 'another name of modules', deprecated: true }),
      measure: z.array(namedIn('op', registry.measures)).prefault([{ op: 'conservation' }]),
      fit: z.array(namedIn('op', registry.fits, () => ({ id: fitId }))).default([]),
      claims: z.array(claim).default([]),
    })
    .meta({ title: 'An experiment of rxdescent: a grid of runs, what is measured, fitted and claimed' });

export type Experiment = Omit<z.infer<ReturnType<typeof experiment>>, '$schema' | 'operators'>;
export type Claim = z.infer<typeof claim>;

/** Part of a spec that one run is made of. */
export type RunConfig = Pick<
  Experiment,
  'data' | 'model' | 'loss' | 'optimizer' | 'steps' | 'logEvery' | 'random' | 'order' | 'measure'
> & {
  /** Absent if the optimizer chooses the length of its steps itself. */
  readonly learningRate?: number;
  readonly seed: number;
};

/** Data of a run: drawn for its seed, or read from files. */
export type MakeData = (data: Experiment['data']) => Data | Dataset;

/** Run made ready: its objective and its chain, which starts when it is subscribed to. */
export interface Trajectory {
  readonly objective: Risk;
  readonly rows: Stream<Record<string, unknown>>;
  readonly columns: Columns;
}

/**
 * @throws {SpecError} if the loss cannot be taken on the data, or the data do not fit into memory.
 */
function riskOf(problem: Problem): Risk {
  try {
    return objective(problem);
  } catch (error) {
    const rethrow = () => {
      throw error;
    };
    return asSpecFault(error instanceof TypeError ? 'loss' : 'data', rethrow, 'objective');
  }
}

/** @throws {SpecError} if the data hold no samples out. */
function heldOutOf({ test }: Risk, key: string): Risk {
  if (test) return test;
  throw new SpecError(`${key}: expected data that hold samples out, got data without; give data.test`);
}

/** @throws {SpecError} if the column is not there, or is not one number on every row. */
function requireNumber(key: string, columns: Columns, name: string): void {
  const known = Object.keys(columns).filter(
    (of) => isNumeric(columns[of]!) && !listOf(columns[of]!) && !columns[of]!.nullable,
  );
  if (known.includes(name)) return;
  const { arrow, nullable } = (Object.hasOwn(columns, name) && columns[name]) || {};
  const why = nullable ? ', which is null on some rows' : arrow ? `, which is ${arrow}` : didYouMean(name, known);
  throw new SpecError(
    `${key}: expected a column with a number on every row, of those above it (${joinNames(known)}), got ${formatValue(name)}${why}`,
  );
}

/** @throws {TypeError} if an operator's `create` did not return an operator. */
function operatorOf<T>(name: string, created: T): T {
  if (typeof created === 'function') return created;
  throw new TypeError(`expected create of ${name} to return an operator on rows, got ${formatValue(created)}`);
}

const networkOf = ({ kind: _, ...options }: RunConfig['model']) => mlp(options);

/** Engine and threads that compute a run. */
export interface Host {
  readonly engine: Engine;
  /**
   * Threads that may work on the run if it is large enough. Its rows do not depend on them. Default
   * 1.
   */
  readonly threads?: number;
  /** Snapshot of a row of this run; the run goes on after it. */
  readonly resumeFrom?: Snapshot | undefined;
}

/**
 * Assembles the chain of one run: source, measures, end.
 *
 * @throws {SpecError} if the chain cannot be assembled.
 */
export function trajectory(config: RunConfig, registry: Registry, makeData: MakeData, host: Host): Trajectory {
  const { model, loss, steps, logEvery, random, order, measure } = config;
  const data = asSpecFault('data', () => makeData(config.data));
  const network = networkOf(model);
  const tensors = asSpecFault('model', () => tensorsOf(network, data.d, data.k), 'mlp');
  const dim = tensors.reduce((sum, { rows, cols }) => sum + rows * cols, 0);
  const requireRoom = (n: number) => {
    const outline = {
      tensors,
      dim,
      activation: network.activation,
      dataset: { n, d: data.d, k: data.k },
      loss: { name: loss },
    };
    asSpecFault('model', () => host.engine.requireRoom(outline), host.engine.name);
  };
  requireRoom(1); // before anything of this size is drawn
  const risk = riskOf({
    model: network,
    loss,
    data,
    seed: config.seed,
    random,
    order,
    engine: host.engine,
    threads: host.threads ?? 1,
  });
  requireRoom(risk.dataset.n);
  if (risk.test) requireRoom(risk.test.dataset.n);
  const descent = sourceOf(config, registry, risk, host.resumeFrom).pipe(
    passThrough(takeWhile(({ step }) => step < steps, true)),
    untilDiverged(),
  );
  const measured = measure.reduce<Stream<Step & Record<string, unknown>>>(
    (rows, { op, ...options }, i) => {
      const { create, numbers = [], heldOut } = registry.measures[op as string]!;
      const given =
        heldOut && options['on'] === 'test' ? { ...options, on: heldOutOf(risk, `measure[${i}].on`) } : options;
      for (const key of numbers) requireNumber(`measure[${i}].${key}`, rows.columns, options[key] as string);
      return asSpecFault(`measure[${i}]`, () => rows.pipe(operatorOf(op as string, create(given))));
    },
    descent as Stream<Step & Record<string, unknown>>,
  );
  const rows = measured.pipe(
    requireEveryStep(steps),
    passThrough(filter((row) => row.step % logEvery === 0 || row.step === steps || hasDiverged(row))),
  );
  return { objective: risk, rows, columns: rows.columns };
}

/**
 * @throws {SpecError} if the optimizer refuses what it is given, as a batch larger than the data.
 */
function sourceOf(
  { optimizer, learningRate = 1, seed, steps }: RunConfig,
  { optimizers }: Registry,
  risk: Risk,
  resumeFrom: Snapshot | undefined,
): Stream<Step> {
  const { kind, schedule, ...options } = optimizer;
  const rate = asSpecFault('optimizer.schedule', () => scheduled(schedule, learningRate, steps));
  const { selfPaced } = optimizers[kind]!;
  const start = { objective: risk, seed, resumeFrom, ...(selfPaced ? {} : { learningRate: rate }) };
  return asSpecFault('optimizer', () => optimizers[kind]!({ ...start, ...options }), kind);
}

/** Law with the ledger that its drift has under the optimizer of a run. */
export interface RunLaw extends Law {
  readonly ledger: LedgerName;
}

/** Lists the laws that the entries of the list columns stand for, in their order. */
export function lawsOfRun(
  { objective }: Trajectory,
  { measure, model, optimizer }: RunConfig,
  { optimizers }: Registry,
): RunLaw[] {
  const entry = measure.find(({ op }) => op === 'conservation');
  if (!entry) return [];
  const { op: _, ...books } = entry as LawOptions & typeof entry;
  const { activation, bias } = networkOf(model);
  const isWhole = !bias || books.biases !== false;
  const ledger = optimizers[optimizer.kind]!.ledger(optimizer);
  return lawsOf(objective, books).laws.map((law) => {
    const holds = isWhole && (law.kind === 'matrix' ? activation.left === 1 : activation.homogeneous);
    return { ...law, ledger: holds ? ledger : 'no law' };
  });
}
