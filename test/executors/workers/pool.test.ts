import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import type { RecordBatch } from 'apache-arrow';
import { lastValueFrom, toArray } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runConcurrently } from '../../../src/executors/run-concurrently.ts';
import { Workers } from '../../../src/executors/workers/pool.ts';
import { rowsOf } from '../../../src/tables/rows.ts';
import { descent } from './recipes.ts';

const module = new URL('./recipes.ts', import.meta.url).href;
const never = new AbortController().signal;
const folder = mkdtempSync(join(tmpdir(), 'workers-'));

let workers: Workers;
beforeAll(() => void (workers = new Workers(2)));
afterAll(async () => {
  await workers.close();
  rmSync(folder, { recursive: true });
});

const collect = () => {
  const rows: Record<string, unknown>[] = [];
  return { rows, take: (batch: RecordBatch) => void rows.push(...rowsOf(batch)) };
};

describe('workers', () => {
  it('bring back the rows of a run, equal to the bit to those of this thread', async () => {
    const argument = { learningRate: 0.05, steps: 2500 };
    const { rows, take } = collect();
    expect(await workers.run({ module, name: 'descent', argument }, never, take)).toBe(true);
    const here = await lastValueFrom(descent(argument).pipe(toArray()));
    expect(rows).toEqual(here.map(({ state: _, ...row }) => row));
  });

  it('go on behind the rows that had come when a run fails once', async () => {
    const { rows, take } = collect();
    const argument = { mark: join(folder, 'once') };
    expect(await workers.run({ module, name: 'failing', argument }, never, take)).toBe(true);
    expect(rows.map((row) => row['step'])).toEqual(Array.from({ length: 5000 }, (_, i) => i));
  });

  it('go on behind them when the thread dies', async () => {
    const { rows, take } = collect();
    expect(await workers.run({ module, name: 'dying', argument: { mark: join(folder, 'dead') } }, never, take)).toBe(
      true,
    );
    expect(rows.map((row) => row['step'])).toEqual(Array.from({ length: 5000 }, (_, i) => i));
  });

  it('give up when it fails twice, with what it threw and the rows before', async () => {
    const { rows, take } = collect();
    const argument = { mark: join(folder, 'twice'), always: true };
    await expect(workers.run({ module, name: 'failing', argument }, never, take)).rejects.toThrow(
      'row 2500 is not to be had',
    );
    expect(rows).toHaveLength(2500);
  });

  it.each([
    [null, 'null'],
    [undefined, 'undefined'],
    ['words', '"words"'],
  ])('say that what a run threw, %s, is no error', async (thrown, said) => {
    const running = workers.run({ module, name: 'throwing', argument: { thrown } }, never, () => {});
    await expect(running).rejects.toThrow(new Error(`expected an Error to be thrown, got ${said}`));
  });

  it('hold a run back that is ahead of what is taken in', async () => {
    const seen = new Int32Array(new SharedArrayBuffer(4));
    const stop = new AbortController();
    let batches = 0;
    const running = workers.run({ module, name: 'endless', argument: { seen } }, stop.signal, () => {
      batches++;
      // nothing is taken in while this thread is busy
      const until = performance.now() + 200;
      while (performance.now() < until);
      if (batches === 3) stop.abort();
    });
    expect(await running).toBe(false);
    // a batch being filled, a window of them sent, and the batches taken
    expect(Atomics.load(seen, 0)).toBeLessThan((3 + 4 + 2) * 1024);
  });

  it('stop a run between two rows when they are told to', async () => {
    const seen = new Int32Array(new SharedArrayBuffer(4));
    const stop = new AbortController();
    const running = workers.run({ module, name: 'endless', argument: { seen } }, stop.signal, () => stop.abort());
    expect(await running).toBe(false);
    const made = Atomics.load(seen, 0);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(Atomics.load(seen, 0)).toBe(made);
  });

  it('train the next run while the end of the last is being stored, and begin no third', async () => {
    const pool = new Workers(1);
    const argument = { learningRate: 0.05, steps: 3 };
    let resolve = () => {};
    const rowsOfSecond = new Promise<void>((resolved) => void (resolve = resolved));
    let [now, most] = [0, 0];
    const storing: string[] = [];
    await runConcurrently([0, 1, 2], { concurrency: pool.concurrency, signal: never }, async (run) => {
      most = Math.max(most, ++now);
      await pool.run({ module, name: 'descent', argument }, never, () => run === 1 && resolve());
      // the first run is stored only when rows of the second have come
      if (run === 0) storing.push(await Promise.race([rowsOfSecond.then(() => 'beside'), after(20_000, 'alone')]));
      now--;
    });
    await pool.close();
    expect({ storing, most }).toEqual({ storing: ['beside'], most: 2 });
  });

  it('cut off a run that does not come to its next row', async () => {
    const stop = new AbortController();
    const running = workers.run({ module, name: 'stuck', argument: {} }, stop.signal, () => {});
    setTimeout(() => stop.abort(), 300);
    expect(await running).toBe(false);
  });

  it('do not try again what the receiving end refused', async () => {
    let calls = 0;
    const refuse = () => {
      calls++;
      throw new Error('the disk is full');
    };
    await expect(
      workers.run({ module, name: 'descent', argument: { learningRate: 0.1 } }, never, refuse),
    ).rejects.toThrow('the disk is full');
    expect(calls).toBe(1);
  });

  it('say what is wrong with a module that makes no stream', async () => {
    await expect(workers.run({ module, name: 'noStream', argument: {} }, never, () => {})).rejects.toThrow(
      'must return a Stream, got number',
    );
    await expect(workers.run({ module, name: 'absent', argument: {} }, never, () => {})).rejects.toThrow(
      'must export a function absent',
    );
  });
});
