import { z } from 'zod';
import { columns as fitColumns } from '../operators/aggregates/fits.ts';
import type { AxisValue, Point } from '../operators/sources/grid.ts';
import { pointsOf } from '../operators/sources/grid.ts';
import { type Experiment, experiment, type RunConfig } from './experiment.ts';
import { explain, nearest, place } from './explain.ts';
import type { Registry } from './registry.ts';

/** A spec that cannot be run as it stands; its message is meant for the person who wrote it. */
export class SpecError extends Error {
  override readonly name = 'SpecError';
}

type Json = Record<string, unknown>;

/** `value` at a dotted path in a copy of `spec`; objects on the way are made. */
export function withValue(spec: unknown, path: string, value: unknown): Json {
  const [key, ...rest] = path.split('.');
  const copy = { ...(spec as Json) };
  copy[key!] = rest.length ? withValue(copy[key!] ?? {}, rest.join('.'), value) : value;
  return copy;
}

const valueAt = (spec: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((at, key) => (at as Json | undefined)?.[key], spec);

const isAxis = (name: string): boolean => /^(data|model|optimizer)\./.test(name);

/**
 * A spec with its defaults filled in. An axis of the grid stands in for a key that is missing outside it.
 *
 * @throws {SpecError} that names every key at fault, what was expected there and what was found.
 */
export function parse(input: unknown, registry: Registry): Experiment {
  const schema = experiment(registry);
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new SpecError(`the spec: expected an object, got ${Array.isArray(input) ? 'a list' : JSON.stringify(input)}`);
  }
  const axes = Object.entries(((input as Json)['grid'] as Json) ?? {}).filter(
    (entry): entry is [string, unknown[]] => isAxis(entry[0]) && Array.isArray(entry[1]) && entry[1].length > 0,
  );
  const whole = axes.reduce<unknown>(
    (spec, [path, [first]]) => (valueAt(spec, path) === undefined ? withValue(spec, path, first) : spec),
    input,
  );
  const spec = check(schema, whole);
  for (const name of Object.keys(spec.grid)) {
    if (name === 'learningRate' || name === 'seed' || isAxis(name)) continue;
    throw new SpecError(
      `grid.${name}: expected learningRate, seed or a key of data, model, optimizer such as model.hidden, got ${name}${nearest(name, ['learningRate', 'seed', 'model.hidden', 'model.activation'])}`,
    );
  }
  for (const [path, values] of axes) {
    for (const [i, value] of values.entries()) {
      const parsed = schema.safeParse(withValue(whole, path, value), { reportInput: true });
      if (!parsed.success) {
        const lines = explain(schema, withValue(whole, path, value), parsed.error.issues);
        throw new SpecError(`grid["${path}"][${i}]: ${lines.join('; ')}`);
      }
    }
  }
  checkFits(spec);
  return spec;
}

function check(schema: ReturnType<typeof experiment>, input: unknown): Experiment {
  const parsed = schema.safeParse(input, { reportInput: true });
  if (!parsed.success) throw new SpecError(explain(schema, input, parsed.error.issues).join('\n'));
  const { $schema: _, ...spec } = parsed.data;
  const twice = Object.entries(spec.grid).find(
    ([, values]) => new Set(values.map((v) => JSON.stringify(v))).size < values.length,
  );
  if (twice) throw new SpecError(`grid.${twice[0]}: expected each value once, got ${JSON.stringify(twice[1])}`);
  return spec;
}

/** What a fit is called in claims and in the table. */
export const fitName = (fit: { readonly op: string; readonly id?: string }): string => fit.id ?? fit.op;

function checkFits({ fit, claims }: Experiment): void {
  const names = fit.map((f) => fitName(f as { op: string; id?: string }));
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice) throw new SpecError(`fit: expected each fit to have an id of its own, got ${twice} twice; add "id"`);
  for (const [i, { statistic, test }] of claims.entries()) {
    const named = [
      { path: ['claims', i, 'statistic'], text: statistic },
      ...(test ? [{ path: ['claims', i, 'test', 'statistic'], text: test.statistic }] : []),
      ...(typeof test?.of === 'string' ? [{ path: ['claims', i, 'test', 'of'], text: test.of }] : []),
    ];
    for (const { path, text } of named) {
      const [name, column] = text.split('.');
      if (!names.includes(name!)) {
        throw new SpecError(
          `${place(path)}: expected ⟨fit⟩.⟨column⟩ with a fit among ${names.join(', ') || 'none'}, got ${text}${nearest(name!, names)}`,
        );
      }
      if (!(column! in fitColumns)) {
        const known = Object.keys(fitColumns);
        throw new SpecError(
          `${place(path)}: expected a column of fits (${known.join(', ')}), got ${column}${nearest(column ?? '', known)}`,
        );
      }
    }
  }
}

/** A point of the grid with what it is made of. */
export interface GridRun {
  readonly run: number;
  readonly point: Point<Record<string, AxisValue[]>>;
  readonly config: RunConfig;
}

/** Every run of a spec's grid, numbered, the last axis fastest. */
export function gridRuns(spec: Experiment, registry: Registry): GridRun[] {
  const schema = experiment(registry);
  return pointsOf(spec.grid).map((point, run) => {
    const { learningRate, seed, ...axes } = point;
    const at = Object.entries(axes).reduce<unknown>((s, [path, value]) => withValue(s, path, value), spec);
    const { data, model, loss, optimizer, steps, logEvery, random, order, measure } = schema.parse(at);
    return {
      run,
      point,
      config: {
        ...{ data, model, loss, optimizer, steps, logEvery, random, order, measure },
        learningRate: learningRate as number,
        seed: seed as number,
      },
    };
  });
}

/** The JSON Schema of specs with the operators that come with the package, for editors. */
export const jsonSchema = (registry: Registry): unknown =>
  z.toJSONSchema(experiment(registry), { io: 'input', unrepresentable: 'any' });
