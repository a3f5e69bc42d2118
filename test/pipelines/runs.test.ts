import { describe, expect, it } from 'vitest';
import { bool, float64, float64s, int32, nullable, summarizedBy, utf8 } from '../../src/columns.ts';
import { columns as step } from '../../src/operators/sources/descend.ts';
import { axisColumns } from '../../src/operators/sources/grid.ts';
import { checkNames, runColumns, runRow, statusOf } from '../../src/pipelines/runs.ts';

const axes = axisColumns({ learningRate: [0.1], 'model.hidden': [[4]], seed: [1] });
const columns = {
  ...step,
  drift: float64s('drift', { unit: 'θ²', summary: 'last', label: 'drift of C' }),
  sharpness: nullable(
    float64('λ₁', {
      unit: '1/η',
      matrix: 'hessian',
      label: 'sharpness',
      summary: ['lastMeasured', { row: 'first', name: 'initialSharpness', about: 'λ₁ at step 0' }],
    }),
  ),
  gap: float64('a measure of one’s own'),
  converged: bool('a flag'),
  products: int32('a count'),
  crossing: summarizedBy('lastMeasured', nullable(int32('a fact', 'step'))),
  regime: utf8('a word', { summary: 'lastMeasured' }),
};

describe('the runs table', () => {
  it('has the axes, how the run ended, and what columns declare: of last rows, of first rows, and last measured', () => {
    expect(Object.keys(runColumns(axes, columns))).toEqual([
      ...['run', 'learningRate', 'model.hidden', 'seed', 'status', 'steps', 'finalLoss'],
      ...['drift', 'initialSharpness', 'sharpness', 'gap', 'crossing', 'regime'],
    ]);
    expect(runColumns(axes, columns)).toMatchObject({
      drift: {
        arrow: 'list<float64>',
        unit: 'θ²',
        nullable: false,
        label: 'drift of C',
        about: 'drift; on the last row',
      },
      initialSharpness: { arrow: 'float64', unit: '1/η', nullable: true, about: 'λ₁ at step 0', matrix: 'hessian' },
      sharpness: { arrow: 'float64', unit: '1/η', nullable: true, about: 'λ₁; the last measured' },
      gap: { nullable: true },
      crossing: { arrow: 'int32', unit: 'step', nullable: true, about: 'a fact; the last measured' },
      regime: { arrow: 'utf8', nullable: true },
    });
  });

  it('declares no summary of its own, and gives a label to the column that keeps its name', () => {
    const { sharpness, initialSharpness, drift } = runColumns(axes, columns);
    for (const column of [sharpness, initialSharpness, drift]) expect(column).not.toHaveProperty('summary');
    expect(sharpness).toHaveProperty('label', 'sharpness');
    expect(initialSharpness).not.toHaveProperty('label');
  });

  it('has a row of each run, from its first row, its last and what was measured last', () => {
    const point = { learningRate: 0.1, 'model.hidden': [4], seed: 1 };
    const config = { steps: 20 };
    const first = { step: 0, loss: 2, drift: Float64Array.of(0), sharpness: 5, gap: 0, crossing: null, regime: 'one' };
    const last = {
      step: 20,
      loss: 1,
      drift: Float64Array.of(3),
      sharpness: null,
      gap: 2,
      crossing: null,
      regime: 'two',
    };
    const lastMeasured = (name: string) => ({ sharpness: 4, gap: 2, regime: 'two' })[name];
    // only what a row is made of
    const of = { run: 3, point, config } as unknown as Parameters<typeof runRow>[0];
    expect(runRow(of, axes, columns, { first, last, lastMeasured })).toEqual({
      ...{ run: 3, learningRate: 0.1, 'model.hidden': Int32Array.of(4), seed: 1 },
      ...{ status: 'completed', steps: 20, finalLoss: 1 },
      ...{ drift: Float64Array.of(3), initialSharpness: 5, sharpness: 4, gap: 2, crossing: null, regime: 'two' },
    });
  });

  it('refuses a measure with a column of a name that is taken', () => {
    expect(() => checkNames(axes, columns)).not.toThrow();
    for (const name of ['run', 'seed', 'status', 'steps', 'finalLoss', 'model.hidden']) {
      expect(() => checkNames(axes, { ...columns, [name]: float64('mine') })).toThrow(`got ${name}`);
      const summary = { row: 'first', name } as const;
      expect(() => checkNames(axes, { ...columns, mine: float64('mine', { summary }) })).toThrow(`got ${name}`);
    }
    for (const name of ['constructor', 'toString']) {
      expect(() => checkNames(axes, { ...columns, [name]: float64('mine') })).not.toThrow();
    }
  });

  it('refuses two summaries of one name', () => {
    expect(() => checkNames(axes, { ...columns, initialSharpness: float64('mine') })).toThrow(
      'measure: expected a name of its own for each column of runs, got two initialSharpness; rename one',
    );
  });
});

describe('statusOf', () => {
  it('tells a run that came to its end from one that diverged and one that was stopped', () => {
    expect(statusOf({ step: 20, loss: 1 }, 20)).toBe('completed');
    expect(statusOf({ step: 19, loss: 1 }, 20)).toBe('interrupted');
    for (const loss of [NaN, Infinity]) {
      expect(statusOf({ step: 20, loss }, 20)).toBe('diverged');
      expect(statusOf({ step: 3, loss }, 20)).toBe('diverged');
      expect(statusOf({ step: 20, loss: 1, weightNormSq: Float64Array.of(1, loss) }, 20)).toBe('diverged');
      expect(statusOf({ step: 20, loss: 1, gradientNormSq: Float64Array.of(loss) }, 20)).toBe('diverged');
    }
  });
});
