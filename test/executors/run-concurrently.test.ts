import { setTimeout as after } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { inLanes } from '../../src/executors/lanes.ts';

const never = new AbortController().signal;

describe('lanes', () => {
  it('work through all items in order, so many at a time', async () => {
    const begun: number[] = [];
    let [now, most] = [0, 0];
    await inLanes([5, 1, 1, 1, 1], 2, never, async (milliseconds, i) => {
      begun.push(i);
      most = Math.max(most, ++now);
      await after(milliseconds);
      now--;
    });
    expect({ begun, most }).toEqual({ begun: [0, 1, 2, 3, 4], most: 2 });
  });

  it('may be many, of which each listens for the end', async () => {
    const warnings: Error[] = [];
    const warned = (warning: Error) => void warnings.push(warning);
    process.on('warning', warned);
    await inLanes(Array(24).fill(1), 24, never, async (_, __, stop) => {
      stop.addEventListener('abort', () => {});
      await after(20);
    });
    await after(1);
    process.off('warning', warned);
    expect(warnings).toEqual([]);
  });

  it('begin no other item when the first fails at once', async () => {
    const begun: number[] = [];
    const failing = inLanes([0, 1, 2], 3, never, async (item) => {
      begun.push(item);
      throw new Error(`item ${item} is taken`);
    });
    await expect(failing).rejects.toThrow(new Error('item 0 is taken'));
    expect(begun).toEqual([0]);
  });

  it('tell the others to stop when one fails, and throw what it threw when they have', async () => {
    let stopped = false;
    const failing = inLanes([0, 1, 2], 2, never, async (item, _, stop) => {
      if (item === 1) throw new Error('item 1 failed');
      await new Promise((resolve) => stop.addEventListener('abort', resolve));
      stopped = true;
    });
    await expect(failing).rejects.toThrow(new Error('item 1 failed'));
    expect(stopped).toBe(true);
  });

  it('begin nothing once they are told to stop', async () => {
    const stopping = new AbortController();
    const begun: number[] = [];
    await inLanes([0, 1, 2, 3], 2, stopping.signal, async (item) => {
      begun.push(item);
      if (item === 1) stopping.abort();
    });
    await inLanes([7], 1, AbortSignal.abort(), async (item) => void begun.push(item));
    expect(begun).toEqual([0, 1]);
  });
});
