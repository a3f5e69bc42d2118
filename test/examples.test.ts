import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { tableFromIPC } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { readTable } from '../src/store/tables.ts';
import { program, rxdescent } from './cli/command.ts';
import { folder } from './pipelines/tiny.ts';

const files = folder();
const example = (name: string) => fileURLToPath(new URL(`../examples/${name}`, import.meta.url));

describe('examples/custom-pipeline.ts', () => {
  it('prints its last row, and writes every tenth to an Arrow file', async () => {
    const { code, stdout, stderr } = await program(example('custom-pipeline.ts'), ['101'], files.path).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const number = String.raw`(-?[\d.]+(?:e-?\d+)?)`;
    const said = new RegExp(`^step 100: loss ${number}, drift ${number}, sharpness ${number}, risen (true|false)\n$`);
    const [, loss, drift, sharpness, risen] = said.exec(stdout) ?? [];
    const table = tableFromIPC(readFileSync(files.in('output/custom-pipeline/steps.arrow')));
    expect(Array.from(table.getChild('step')!)).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
    const last = table.get(10)!;
    expect([last['loss'], last['drift'].get(0), last['sharpness'], last['risen']]).toEqual([
      Number(loss),
      Number(drift),
      Number(sharpness),
      risen === 'true',
    ]);
    expect(last['loss']).toBeLessThan(table.get(0)!['loss']);
    expect(last['risen']).toBe(last['sharpness'] * 0.02 >= 2);
    // the ledger has seen every step, the rows that were dropped too
    for (const row of table) {
      const { drift, driftFirstOrder, driftSecondOrder, weightNormSq } = row.toJSON();
      const scale = weightNormSq.get(0) + weightNormSq.get(1);
      expect(Math.abs(drift.get(0) - driftFirstOrder.get(0) - driftSecondOrder.get(0))).toBeLessThan(1e-12 * scale);
    }
    expect(table.schema.fields.find(({ name }) => name === 'risen')!.metadata.get('about')).toBe('has λ₁ reached 2/η?');
  });
});

describe('examples/sweep.ts', () => {
  it('prints the fit of the drift on the learning rate', async () => {
    const { code, stdout, stderr } = await program(example('sweep.ts'), ['2'], files.path).ended;
    // after a single update, drift = η²δ₀ at every rate and seed
    const said = 'drift ~ η^2.000, 95 % interval 2.000 … 2.000, R² 1.0000\n';
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: said, stderr: '' });
  });
});

describe('examples/sweep-in-workers.ts', () => {
  it('prints the same fit, from threads', async () => {
    const { code, stdout, stderr } = await program(example('sweep-in-workers.ts'), ['2'], files.path).ended;
    const said = '{"steps":2}: drift ~ η^2.000, 95 % interval 2.000 … 2.000, R² 1.0000\n';
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: said, stderr: '' });
  });
});

describe('examples/gradient-flow.ts', () => {
  it('prints a table in which the flow drifts by its tolerance and descent by more with every rate', async () => {
    const { code, stdout, stderr } = await program(example('gradient-flow.ts'), ['2', '1'], files.path).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [head, ...lines] = stdout.trim().split('\n');
    expect(head).toBe('seed,method,steps,time,loss,drift');
    expect(lines.map((line) => line.split(',')[1])).toEqual([
      'flow',
      ...[0.01, 0.03, 0.1, 0.3].map((r) => `descent ${r}`),
    ]);
    const drifts = lines.map((line) => Number(line.split(',')[5]));
    expect(drifts).toEqual([...drifts].sort((a, b) => a - b));
    expect(drifts[0]).toBeLessThan(1e-5);
    expect(drifts[1]).toBeGreaterThan(1e-3);
  });
});

describe('examples/drift-budget.ts', () => {
  it('prints for each seed what was held, and the best constant rates', async () => {
    const { code, stdout, stderr } = await program(example('drift-budget.ts'), ['20', '2'], files.path).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const rows = stdout
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/).map(Number));
    expect(rows.map(([seed]) => seed)).toEqual([1, 2]);
    for (const [, loss, drift, , , within] of rows) {
      expect(loss).toBeGreaterThan(0);
      expect(drift).toBeLessThanOrEqual(0.01);
      expect(within).toBeLessThanOrEqual(0.01);
    }
  });
});

describe('examples/edge-of-stability.ts', () => {
  it('prints the changes of regime, and writes them and the steps to Arrow files', async () => {
    const { code, stdout, stderr } = await program(example('edge-of-stability.ts'), ['1000'], files.path).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const read = (name: string) => tableFromIPC(readFileSync(files.in(`output/edge-of-stability/${name}.arrow`)));
    const [steps, events] = [read('steps'), read('events')];
    expect(steps.numRows).toBe(1001);
    expect(Array.from(events.getChild('to')!)).toEqual(['flow-like', 'progressive sharpening', 'crossed']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    for (const [i, line] of lines.entries()) {
      const { step, from, to, loss } = events.get(i)!.toJSON();
      expect(line).toContain(`step ${step}: ${to}; loss ${loss.toFixed(3)}`);
      expect(from).toBe(i ? events.get(i - 1)!['to'] : null);
      expect(steps.get(step)!['regime']).toBe(to);
    }
    // the warning: 144 steps before the loss rises, at 994, where the last row knows of both
    expect(events.get(2)!['crossingStep']).toBe(850);
    expect(steps.get(1000)).toMatchObject({ crossingStep: 850, onsetStep: 994 });
  });
});

describe('examples/own-optimizer.ts', () => {
  it('moves every parameter by η a step, keeps its ledger, and leaves the law that descent keeps', async () => {
    const { code, stdout, stderr } = await program(example('own-optimizer.ts'), ['200'], files.path).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.trim().split('\n')).toHaveLength(4);
    const table = tableFromIPC(readFileSync(files.in('output/own-optimizer/steps.arrow')));
    expect(table.numRows).toBe(4 * 201);
    const rows = table.toArray().map((row) => row.toJSON());
    for (const { optimizer, step, drift, imbalanceSum, driftFirstOrder, driftSecondOrder, ledgerResidual } of rows) {
      expect(Math.abs(ledgerResidual.get(0))).toBeLessThan(1e-13);
      // D = ±η in each of 9 entries of both blocks: ⟨D, D⟩ cancels, and the drift is of first order
      if (optimizer === 'lion') expect(Math.abs(driftSecondOrder.get(0))).toBeLessThan(1e-15);
      // whose first order cancels: drift = η²S
      else expect(Math.abs(drift.get(0) - 1e-6 * imbalanceSum.get(0))).toBeLessThan(1e-13);
      if (optimizer === 'lion' && step === 200) expect(Math.abs(driftFirstOrder.get(0))).toBeGreaterThan(1e-3);
    }
    const measured = rows.filter(({ sharpness }) => sharpness !== null);
    expect(measured.map(({ step }) => step)).toEqual([0, 100, 200, 0, 100, 200, 0, 100, 200, 0, 100, 200]);
    const { metadata } = table.schema.fields.find(({ name }) => name === 'sharpness')!;
    expect(metadata.get('about')).toContain('products by differences of gradients');
  });
});

describe('examples/own-operator', () => {
  it('measures with a module of one’s own, from the package as it is installed', async () => {
    cpSync(example('own-operator'), files.in('own-operator'), { recursive: true });
    const modules = files.in('node_modules');
    mkdirSync(`${modules}/rxdescent`, { recursive: true });
    const index = new URL('../src/index.ts', import.meta.url).href;
    files.write('node_modules/rxdescent/package.json', { name: 'rxdescent', type: 'module', exports: './index.js' });
    files.write('node_modules/rxdescent/index.js', `export * from ${JSON.stringify(index)};`);
    symlinkSync(fileURLToPath(new URL('../node_modules/zod', import.meta.url)), `${modules}/zod`);

    const args = ['own-operator/spec.json', '--set', 'steps=10', '--set', 'grid.seed=[1]'];
    const { code, stdout, stderr } = await rxdescent(['run', ...args, '--json'], files.path);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { dir, runs, fits } = JSON.parse(stdout);
    expect(runs).toHaveLength(6);
    const steps = readTable(dir, 'steps');
    expect(steps).toHaveLength(66);
    for (const { gradientNormSq, gradientGap } of steps) {
      const norms = gradientNormSq as Float64Array;
      expect(norms).toHaveLength(4);
      expect(gradientGap).toBe(Math.log10(Math.max(...norms) / Math.min(...norms)));
    }
    expect(runs[5].gradientGap).toBe(steps.at(-1)!['gradientGap']);
    expect(fits.map(({ where }: { where: string }) => where)).toEqual([
      '{"model.activation":"relu"}',
      '{"model.activation":"tanh"}',
    ]);

    const misspelt = await rxdescent(['validate', args[0]!, '--set', 'measure[1].op=gradientGa'], files.path);
    expect(misspelt.stderr).toContain('; did you mean gradientGap?');
    const wrong = await rxdescent(['validate', args[0]!, '--set', 'measure[1].scale=decade'], files.path);
    expect(wrong.stderr).toContain(
      'measure[1].scale: expected one of ratio, decades, got "decade"; did you mean decades?',
    );
  });
});
