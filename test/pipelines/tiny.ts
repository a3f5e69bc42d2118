import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A spec as somebody may write it, right or wrong. */
// biome-ignore lint/suspicious/noExplicitAny: tests break it in every way
export type Written = Record<string, any>;

/** Two runs of twenty steps; every test changes what it is about. */
export const tiny = (changes: Written = {}): Written => ({
  name: 'tiny',
  question: 'Does it run?',
  data: { kind: 'gaussian-mixture', n: 20, d: 4, classes: 2, separation: 2 },
  model: { kind: 'mlp', hidden: [4] },
  loss: 'cross-entropy',
  steps: 20,
  grid: { learningRate: [0.01, 0.1], seed: [1] },
  ...changes,
});

/** A folder of the calling test file's own, removed when its tests are over. */
export function folder() {
  const path = mkdtempSync(join(tmpdir(), 'rxdescent-spec-'));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return {
    path,
    in: (name: string): string => join(path, name),
    /** Writes a file, an object as JSON, and returns its path. */
    write(name: string, content: string | Uint8Array | object): string {
      const file = join(path, name);
      const isText = typeof content === 'string' || content instanceof Uint8Array;
      writeFileSync(file, isText ? content : JSON.stringify(content));
      return file;
    },
  };
}
