import { setTimeout as after } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { runConcurrently } from '../../src/executors/run-concurrently.ts';

const { signal } = new AbortController();

describe('runConcurrently', () => {
  it('works through all items in order, so many at a time', async () => {
    const begun: number[] = [];
    let [now, most] = [0, 0];
    await runConcurrently([5, 1, 1, 1, 1], { concurrency: 2, signal }, async (milliseconds, i) => {
      begun.push(i);
      most = Math.max(most, ++now);
      await after(milliseconds);
      now--;
    });
    expect({ begun, most }).toEqual({ begun: [0, 1, 2, 3, 4], most: 2 });
  });

  it('lets many items listen for the end', async () => {
    const warnings: Error[] = [];
    const warned = (warning: Error) => void warnings.push(warning);
    process.on('warning', warned);
    await runConcurrently(Array(24).fill(1), { concurrency: 24, signal }, async (_, __, stop) => {
      stop.addEventListener('abort', () => {});
      await after(20);
    });
    await after(1);
    process.off('warning', warned);
    expect(warnings).toEqual([]);
  });

  it('begins no other item if the first fails at once', async () => {
    const begun: number[] = [];
    const failing = runConcurrently([0, 1, 2], { concurrency: 3, signal }, async (item) => {
      begun.push(item);
      throw new Error(`item ${item} is taken`);
    });
    await expect(failing).rejects.toThrow(new Error('item 0 is taken'));
    expect(begun).toEqual([0]);
  });

  it('tells the others to stop if one fails, and throws its error when they have stopped', async () => {
    let stopped = false;
    const failing = runConcurrently([0, 1, 2], { concurrency: 2, signal }, async (item, _, stop) => {
      if (item === 1) throw new Error('item 1 failed');
      await new Promise((resolve) => stop.addEventListener('abort', resolve));
      stopped = true;
    });
    await expect(failing).rejects.toThrow(new Error('item 1 failed'));
    expect(stopped).toBe(true);
  });

  it('begins nothing after it is told to stop', async () => {
    const stopping = new AbortController();
    const begun: number[] = [];
    await runConcurrently([0, 1, 2, 3], { concurrency: 2, signal: stopping.signal }, async (item) => {
      begun.push(item);
      if (item === 1) stopping.abort();
    });
    await runConcurrently([7], { concurrency: 1, signal: AbortSignal.abort() }, async (item) => void begun.push(item));
    expect(begun).toEqual([0, 1]);
  });
});
