import { once } from 'node:events';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTable } from '../../src/store/tables.ts';
import { startRxdescent } from '../helpers/command.ts';

const spec = {
  name: 'million',
  question: 'Does a run of a million steps stay within its memory?',
  data: { kind: 'xor', n: 8 },
  model: { kind: 'mlp', hidden: [2], bias: true, activation: 'tanh' },
  loss: 'mse',
  steps: 1_000_000,
  grid: { learningRate: [0.01], seed: [42] },
  measure: [{ op: 'conservation' }, { op: 'hessian', every: 10_000 }],
};
const megabyte = 2 ** 20;

interface Sample {
  readonly ms: number;
  /** Resident memory. */
  readonly rss: number;
  /** Size of the journal. */
  readonly bytes: number;
}

/** Resident memory of a process in bytes, as the kernel counts it; 0 once it is gone. */
function residentMemory(pid: number): number {
  try {
    const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
    return 1024 * Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
  } catch {
    return 0;
  }
}

describe.skipIf(process.platform !== 'linux')('a run of a million steps through the whole chain', () => {
  const home = fs.mkdtempSync(join(tmpdir(), 'rxdescent-million-'));
  const out = join(home, 'output');
  const samples: Sample[] = [];
  let dir: string;

  beforeAll(async () => {
    const path = join(home, 'million.json');
    fs.writeFileSync(path, JSON.stringify(spec));
    const started = performance.now();
    const command = startRxdescent('run', path, '--out', out);
    const ended = once(command, 'exit');
    const journals = join(out, '.runs');
    while (command.exitCode === null && command.signalCode === null) {
      const rss = residentMemory(command.pid!);
      const [journal] = fs.existsSync(journals) ? fs.readdirSync(journals) : [];
      const bytes = journal ? fs.statSync(join(journals, journal)).size : 0;
      if (rss) samples.push({ ms: performance.now() - started, rss, bytes });
      await setTimeout(20);
    }
    expect(await ended).toEqual([0, null]);
    dir = join(out, 'million', fs.readdirSync(join(out, 'million'))[0]!);
  });
  afterAll(() => fs.rmSync(home, { recursive: true }));

  it('grows by less than 50 MB from step 10,000 to the end, the tables included', () => {
    const total = samples.at(-1)!.bytes;
    const from = samples.findIndex(({ bytes }) => bytes >= total / 100);
    const trained = samples.findIndex(({ bytes }) => bytes === total);
    const [first, last, end] = [samples[from]!, samples[trained]!, samples.at(-1)!];
    const peak = (some: readonly Sample[]) => Math.max(...some.map(({ rss }) => rss)) - first.rss;
    const growth = { training: peak(samples.slice(from, trained)), tables: peak(samples.slice(trained)) };

    const MB = (bytes: number) => `${(bytes / megabyte).toFixed(1)} MB`;
    const rate = Math.round(990_000 / ((last.ms - first.ms) / 1000));
    process.stdout.write(
      `a million steps: ${rate} rows/s, ${(end.ms / 1000).toFixed(1)} s in all; ${MB(first.rss)} at step 10,000, ` +
        `then up to ${MB(growth.training)} more in training, ${MB(growth.tables)} while tables are written\n`,
    );
    expect(from).toBeGreaterThan(0);
    expect(first.bytes).toBeLessThan(total / 20);
    expect(samples.length - trained).toBeGreaterThan(20);
    expect(growth.training).toBeLessThan(50 * megabyte);
    expect(growth.tables).toBeLessThan(50 * megabyte);
  });

  it('has every row in the table, and the Hessian on each ten-thousandth', () => {
    let next = 0;
    const measured: number[] = [];
    for (const batch of openTable(dir, 'steps').batches({ borrowed: true })) {
      const steps = batch.getChild('step')!.toArray() as Int32Array;
      const sharpness = batch.getChild('sharpness')!;
      for (let i = 0; i < steps.length; i++) {
        if (steps[i] !== next++) throw new Error(`row ${next - 1} has step ${steps[i]}`);
        if (sharpness.get(i) !== null) measured.push(steps[i]!);
      }
    }
    expect(next).toBe(1_000_001);
    expect(measured).toEqual(Array.from({ length: 101 }, (_, i) => 10_000 * i));
  });
});
