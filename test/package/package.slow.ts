import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packed, readme } from './packed.ts';

const { home, sh, write, compileAndRun } = packed();

describe('the package in a project of one’s own', () => {
  it('compiles and runs the first program of the README', () => {
    const [, program] = /^```ts\n(.*?)^```$/ms.exec(readme)!;
    write('my.ts', program!.replace('take(5_000)', 'take(201)'));
    sh(compileAndRun);
    expect(readFileSync(join(home, 'output/my-run/steps.arrow')).subarray(0, 6).toString()).toBe('ARROW1');
  });

  it('stops a program with a column that is misspelt before it runs', () => {
    write(
      'my.ts',
      "import { derive, float64, gradientDescent } from 'rxdescent';\n".concat(`
      declare const run: Parameters<typeof gradientDescent>[0];
      gradientDescent(run).pipe(derive({ twice: float64('2·L') }, ({ los }) => ({ twice: 2 * los })));
    `),
    );
    expect(sh(`(${compileAndRun.split('#')[0]}) 2>&1 || true`)).toContain("Property 'los' does not exist");
  });

  it('runs a spec in threads, with an operator of one’s own', () => {
    sh('npm install zod');
    write(
      'mine.mjs',
      `
      import { derive, float64 } from 'rxdescent';
      import { z } from 'zod';
      const create = ({ times }) => derive({ many: float64('so many times the loss') }, ({ loss }) => ({ many: times * loss }));
      export const operators = { many: { options: z.strictObject({ times: z.number() }), create } };
    `,
    );
    write(
      'spec.json',
      JSON.stringify({
        name: 'packed',
        question: 'Does it run?',
        data: { kind: 'xor', n: 20 },
        model: { kind: 'mlp', hidden: [4] },
        loss: 'mse',
        steps: 50,
        grid: { learningRate: [0.1, 0.2], seed: [1, 2] },
        operators: ['./mine.mjs'],
        measure: [{ op: 'conservation' }, { op: 'hessian', every: 10 }, { op: 'many', times: 2 }],
      }),
    );
    const { status, trained, runs } = JSON.parse(sh('npx rxdescent run spec.json --workers 2 --json'));
    expect({ status, trained }).toEqual({ status: 'completed', trained: 4 });
    for (const { many, finalLoss } of runs) expect(many).toBe(2 * finalLoss);
  });

  it('takes an operator in TypeScript', () => {
    write(
      'mine.ts',
      readFileSync(join(home, 'mine.mjs'), 'utf8').replace('({ times })', '({ times }: { times: number })'),
    );
    write('spec.json', readFileSync(join(home, 'spec.json'), 'utf8').replace('./mine.mjs', './mine.ts'));
    expect(JSON.parse(sh('npx rxdescent run spec.json --workers 2 --json'))).toMatchObject({ trained: 4 });
  });

  it('sweeps a pipeline in a TypeScript module over threads', () => {
    write(
      'pipeline.ts',
      `
      import { take } from 'rxjs';
      import { gradientDescent, mlp, objective, xor } from 'rxdescent';
      export function run({ learningRate, seed }: { learningRate: number; seed: number }) {
        const L = objective({ model: mlp({ hidden: [4] }), loss: 'mse', seed, data: xor({ n: 20 }) });
        return gradientDescent({ objective: L, theta0: L.start(), learningRate }).pipe(take(10));
      }
    `,
    );
    write(
      'my.ts',
      `
      import { sweepInWorkers } from 'rxdescent';
      const pipeline = { module: new URL('./pipeline.ts', import.meta.url), name: 'run' };
      const rows = await sweepInWorkers({ learningRate: [0.1, 0.2], seed: [1, 2] }, pipeline, { workers: 2 });
      let count = 0;
      rows.subscribe({ next: () => count++, complete: () => console.log('rows', count) });
    `,
    );
    expect(sh(compileAndRun)).toBe('rows 40\n');
  });
});
