import { formatValue } from '../format-value.ts';
import { jsonSchemaOf } from '../json-schema.ts';
import { didYouMean } from '../nearest-name.ts';
import type { AxisValue, Point } from '../operators/sources/grid.ts';
import { pointsOf } from '../operators/sources/grid.ts';
import { claimFaults } from './claims.ts';
import { type Experiment, experiment, type RunConfig } from './experiment.ts';
import { explain, type Fault, formatFault, joinNames, keysIn, schemaAt } from './explain.ts';
import { fitFaults } from './fit.ts';
import { axisRoots, formatPath, type Path, valueAt, withValue } from './paths.ts';
import type { Registry } from './registry.ts';
import { SpecError } from './spec-error.ts';

type Schema = ReturnType<typeof experiment>;

/** Axis of the grid that stands for a key of the spec. */
interface Axis {
  readonly name: string;
  readonly path: Path;
  readonly values: readonly unknown[];
  /** True if its first value stands in for a key that is missing outside the grid. */
  readonly standsIn: boolean;
}

/**
 * Checks a spec and fills in its defaults. An axis of the grid stands in for a key that is missing
 * outside it.
 *
 * @throws {SpecError} with a line for each key at fault: what was expected there and what was
 *   found.
 */
export function parse(input: unknown, registry: Registry): Experiment {
  const schema = experiment(registry);
  const unknown = unknownAxes(schema, input);
  const axes = axesOf(input).filter(({ name }) => !unknown.some(({ path }) => path[1] === name));
  const whole = axes.reduce<unknown>(
    (spec, { path, values, standsIn }) => (standsIn ? withValue(spec, path, values[0]) : spec),
    input,
  );
  const { spec, faults } = check(schema, whole, registry);
  refuse([
    ...faults.map((fault) => inGrid(fault, axes)),
    ...unknown,
    ...axes.flatMap((axis) => axisFaults(schema, whole, axis, faults, registry)),
  ]);
  // without the defaults of the first kind: each point fills in those of its own
  const parsed = axes
    .filter(({ name }) => name.endsWith('.kind'))
    .reduce((one, { path: [root] }) => withValue(one, [root!], valueAt(whole, [root!])) as Experiment, spec!);
  refuse([
    ...tooMany(parsed.grid),
    ...mixed(parsed.grid),
    ...repeated(parsed.grid),
    ...fitFaults(parsed, registry.fits),
    ...claimFaults(parsed, registry.fits),
  ]);
  return parsed;
}

function refuse(faults: readonly Fault[]): void {
  if (faults.length) throw new SpecError([...new Set(faults.map(formatFault))]);
}

function check(schema: Schema, input: unknown, registry: Registry): { spec?: Experiment; faults: Fault[] } {
  const { data, error } = schema.safeParse(input);
  const faults = [
    ...rateFaults(input, registry),
    ...aliasFaults(input),
    ...(error ? explain(schema, input, error.issues) : []),
  ];
  if (!data || faults.length) return { faults };
  // zod puts the keys it knows first; which axis is the last is for the spec to say
  const grid = Object.fromEntries(gridOf(input).map(([name]) => [name, data.grid[name]!])) as typeof data.grid;
  const { $schema: _, operators, modules, ...rest } = data;
  return { spec: { ...rest, grid, modules: operators ?? modules }, faults: [] };
}

/** Requires the learning rate as an axis, unless the optimizer chooses the length of its steps. */
function rateFaults(input: unknown, { optimizers }: Registry): Fault[] {
  const path = ['grid', 'learningRate'];
  const [grid, rates, kind] = [['grid'], path, ['optimizer', 'kind']].map((at) => valueAt(input, at));
  if (typeof grid !== 'object' || grid === null) return [];
  const isSelfPaced = Object.hasOwn(optimizers, String(kind)) && optimizers[String(kind)]!.selfPaced;
  if (!isSelfPaced) {
    return rates === undefined ? [{ path, text: 'expected a list with at least one entry, got nothing' }] : [];
  }
  if (rates === undefined) return [];
  return [
    { path, text: `expected none, for ${kind} chooses the length of its steps itself, got ${formatValue(rates)}` },
  ];
}

/** `operators` is the older name of `modules`; a spec may use one of them. */
function aliasFaults(input: unknown): Fault[] {
  const both = ['modules', 'operators'].every((key) => valueAt(input, [key]) !== undefined);
  return both
    ? [{ path: ['operators'], text: 'expected modules alone, got both; operators is another name of it' }]
    : [];
}

const own = ['learningRate', 'seed'];

const gridOf = (input: unknown): [string, unknown][] =>
  Object.entries((valueAt(input, ['grid']) as object | null) ?? {});

const axesOf = (input: unknown): Axis[] =>
  gridOf(input).flatMap(([name, values]) => {
    if (own.includes(name) || !Array.isArray(values) || !values.length) return [];
    const path = name.split('.');
    const root = valueAt(input, path.slice(0, 1));
    // the schema refuses what is no object
    if (root !== undefined && (typeof root !== 'object' || root === null || Array.isArray(root))) return [];
    return [{ name, path, values, standsIn: valueAt(input, path) === undefined }];
  });

function unknownAxes(schema: Schema, input: unknown): Fault[] {
  const keys = axisRoots.flatMap((root) => {
    const at = schemaAt(jsonSchemaOf(schema.shape[root]), valueAt(input, [root]), []);
    return keysIn(at).map((key) => `${root}.${key}`);
  });
  const known = [...own, ...keys];
  return gridOf(input)
    .map(([name]) => name)
    .filter((name) => !known.includes(name))
    .map((name) => ({
      path: ['grid', name],
      text: `unknown axis${didYouMean(name, known)} (known: ${joinNames(known)})`,
    }));
}

/** Moves a fault of a key to the axis of the grid that stands in for it. */
function inGrid(fault: Fault, axes: readonly Axis[]): Fault {
  const axis = axes.find(({ path, standsIn }) => standsIn && path.every((key, i) => key === fault.path[i]));
  return axis ? { ...fault, path: ['grid', axis.name, 0, ...fault.path.slice(axis.path.length)] } : fault;
}

/** Finds the faults that a spec has only with a value of this axis in its place. */
function axisFaults(schema: Schema, whole: unknown, axis: Axis, known: readonly Fault[], registry: Registry): Fault[] {
  const before = new Set(known.flatMap((fault) => [formatFault(fault), formatPath(fault.path)]));
  return axis.values.flatMap((value, i) => {
    if (before.has(formatPath(['grid', axis.name, i]))) return [];
    const { faults } = check(schema, withValue(whole, axis.path, value), registry);
    return faults
      .filter((fault) => !before.has(formatFault(fault)))
      .map(({ path, text }) =>
        axis.path.every((key, k) => key === path[k])
          ? { path: ['grid', axis.name, i, ...path.slice(axis.path.length)], text }
          : { path: ['grid', axis.name, i], text: `with ${formatValue(value)}, ${formatPath(path)}: ${text}` },
      );
  });
}

/** Runs at most: more would take too much memory to number, and too many files for a folder. */
const mostRuns = 1_000_000;

function tooMany(grid: Experiment['grid']): Fault[] {
  const axes = Object.entries(grid);
  const runs = axes.reduce((product, [, values]) => product * values.length, 1);
  if (runs <= mostRuns) return [];
  const product = axes.map(([name, { length }]) => `${length} of ${name}`).join(', ');
  return [{ path: ['grid'], text: `expected at most ${mostRuns} runs, got ${runs}: ${product}` }];
}

/** Requires values of one type in an axis, because it is a column of the tables. */
function mixed(grid: Experiment['grid']): Fault[] {
  return Object.entries(grid).flatMap(([name, values]) => {
    const [first] = values;
    const other = values.findIndex((value) => typeof value !== typeof first);
    if (other < 0) return [];
    const text = `expected values of one kind, as ${formatValue(first)} in [0], got ${formatValue(values[other])}`;
    return [{ path: ['grid', name, other], text }];
  });
}

function repeated(grid: Experiment['grid']): Fault[] {
  return Object.entries(grid).flatMap(([name, values]) => {
    const texts = values.map((value) => JSON.stringify(value));
    const seen = new Set<string>();
    const twice = texts.findIndex((text) => seen.size === seen.add(text).size);
    if (twice < 0) return [];
    const first = texts.indexOf(texts[twice]!);
    return [{ path: ['grid', name, twice], text: `expected each value once, got ${texts[twice]} as in [${first}]` }];
  });
}

/** Point of the grid with the configuration of its run. */
export interface GridRun {
  readonly run: number;
  readonly point: Point<Record<string, AxisValue[]>>;
  readonly config: RunConfig;
}

/**
 * Lists the runs of a spec's grid, numbered, the last axis fastest.
 *
 * @throws {SpecError} if values of two axes do not go together.
 */
export function gridRuns(spec: Experiment, registry: Registry): GridRun[] {
  const schema = experiment(registry);
  // drop the axes first: validating the whole grid again at every point is O(runs^2)
  const first = Object.entries(spec.grid).flatMap(([name, values]) =>
    own.includes(name) ? [[name, [values[0]]]] : [],
  );
  // fits and claims are of the grid as a whole
  const one: Experiment = { ...spec, grid: Object.fromEntries(first), fit: [], claims: [] };
  const kinds = new Map<string, Kind>();
  return pointsOf(spec.grid).map((point, run) => {
    const { learningRate, seed, ...axes } = point;
    const id = JSON.stringify(axes);
    const kind = kinds.get(id) ?? kindAt(schema, one, axes, registry);
    kinds.set(id, kind);
    const rate = learningRate === undefined ? {} : { learningRate: learningRate as number };
    return { run, point, config: { ...kind, ...rate, seed: seed as number } };
  });
}

/** Configuration that runs share if they differ in learning rate and seed alone. */
type Kind = Omit<RunConfig, 'learningRate' | 'seed'>;

function kindAt(schema: Schema, spec: Experiment, axes: Readonly<Record<string, AxisValue>>, registry: Registry): Kind {
  const at = Object.entries(axes).reduce<unknown>((s, [name, value]) => withValue(s, name.split('.'), value), spec);
  const { spec: own, faults } = check(schema, at, registry);
  if (!own) throw new SpecError(faults.map((fault) => `grid: at ${formatValue(axes)}, ${formatFault(fault)}`));
  const { data, model, loss, optimizer, steps, logEvery, random, order, measure } = own;
  return { data, model, loss, optimizer, steps, logEvery, random, order, measure };
}

type Node = { required?: string[]; oneOf?: Node[]; properties?: Record<string, Node> };

/**
 * Makes the JSON Schema of specs for editors. It asks less of `data`, `model` and `optimizer` than
 * {@link parse}, because any key but `kind` may stand in the grid instead.
 */
export function jsonSchema(registry: Registry): unknown {
  const schema = jsonSchemaOf(experiment(registry)) as Node;
  for (const root of axisRoots) {
    const node = schema.properties![root]!;
    for (const member of node.oneOf ?? [node]) member.required = ['kind'];
  }
  return schema;
}
