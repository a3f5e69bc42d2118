import { describe, expect, it } from 'vitest';
import { labelOf } from '../../src/columns.ts';
import { prepare } from '../../src/executors/prepare.ts';
import { loadSpec } from '../../src/pipelines/load-spec.ts';
import { tablesOf } from '../../src/store/results.ts';
import { folder, tiny } from '../pipelines/tiny.ts';
import { rxdescent } from './command.ts';

const files = folder();
const path = files.write(
  'spec.json',
  tiny({
    measure: [{ op: 'conservation' }, { op: 'hessian', every: 5 }],
    fit: [{ op: 'powerLaw', id: 'law', x: 'learningRate', y: 'drift' }],
  }),
);

describe('describe', () => {
  it('gives every column of every table as JSON: name, type, unit, meaning', async () => {
    const { code, stdout, stderr } = await rxdescent(['describe', 'spec.json', '--json'], files.path);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const expected = Object.entries(tablesOf(await prepare(await loadSpec(path), 'typed-array'))).map(([name, of]) => [
      name,
      Object.entries(of).map(([column, { arrow: type, unit, nullable, about, label, matrix, summary }]) => ({
        ...{ name: column, type, unit, nullable, about, label: label ?? labelOf(column, {}) },
        ...{ ...(matrix && { matrix }), ...(summary && { summary }) },
      })),
    ]);
    expect(JSON.parse(stdout)).toEqual(Object.fromEntries(expected));
    expect(JSON.parse(stdout).steps).toContainEqual({
      name: 'sharpness',
      type: 'float64',
      unit: '1/η',
      nullable: true,
      about: 'λ₁, largest algebraic eigenvalue of the Hessian ∇²L(θₜ)',
      label: 'sharpness',
      matrix: 'hessian',
      summary: [{ row: 'first', name: 'initialSharpness', about: 'λ₁ at step 0' }, { row: 'lastMeasured' }],
    });
  });

  it('gives the same for a person: a line a column, none without a meaning', async () => {
    const { code, stdout } = await rxdescent(['describe', 'spec.json'], files.path);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^sharpness +float64\? +1\/η +λ₁, largest algebraic eigenvalue/m);
    expect(stdout).toMatch(
      /^drift +list<float64> +1 +C_l\(t\) − C_l\(0\), signed, one entry per law; on the last row$/m,
    );
    const tables = tablesOf(await prepare(await loadSpec(path), 'typed-array'));
    const lines = stdout.split('\n');
    for (const [name, of] of Object.entries(tables)) {
      const from = lines.indexOf(name) + 4;
      const described = lines.slice(from, from + Object.keys(of).length);
      expect(described.map((line) => line.split(' ')[0])).toEqual(Object.keys(of));
      for (const line of described) expect(line).toMatch(/^\S+ +\S+ +\S+ +\S.*$/);
    }
  });
});
