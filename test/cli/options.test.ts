import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/cli/exit.ts';
import { engineNamed, folder, threads, threadsFor } from '../../src/cli/options.ts';

describe('an option', () => {
  it('is taken as it stands, if it can be', () => {
    expect([threads('1'), threads('1024'), folder('a b'), engineNamed('wasm')]).toEqual([1, 1024, 'a b', 'wasm']);
  });

  it.each(['0', '-1', '1.5', 'x', '1025', '1e9', 'Infinity'])('is refused as a number of threads: %s', (text) => {
    const message = `--workers: expected an integer from 1 to 1024, got ${text}`;
    expect(() => threads(text)).toThrow(new UsageError(message));
  });

  it('that is empty, as a variable that is not set, is named and refused', () => {
    expect(() => threads('')).toThrow('--workers: expected an integer from 1 to 1024, got ""');
    expect(() => folder('')).toThrow('--out: expected a folder, got ""');
    expect(() => engineNamed('')).toThrow(/^--engine: expected one of .*, got ""$/);
  });

  it('that asks for more threads than cores splits no run over more than there are', () => {
    expect([threadsFor(1024, 2), threadsFor(2, 8), threadsFor(undefined, 8)]).toEqual([2, 2, 8]);
  });
});
