import { describe, expect, it } from 'vitest';
import { targetIndex } from '../../src/datasets/table.ts';
import { thrown } from './folder.ts';

describe('targetIndex', () => {
  it('is the last column by default, else the one that is named or counted', () => {
    expect(targetIndex('f', ['a', 'b', 'c'], undefined)).toBe(2);
    expect(targetIndex('f', ['a', 'b', 'c'], 'b')).toBe(1);
    expect(targetIndex('f', ['a', 'b', 'c'], 0)).toBe(0);
  });

  it.each<[string, string[], string | number | undefined, string]>([
    ['no columns', [], undefined, 'TypeError: f: expected at least two columns, inputs and a target, got none'],
    ['a name twice', ['a', 'b', 'b'], 'a', 'TypeError: f: expected columns of different names, got "b" twice'],
    [
      'a name of no column',
      ['alpha', 'beta'],
      'bet',
      'RangeError: f: target: expected a column of the file, got "bet"; the nearest is "beta"',
    ],
    ['an index of no column', ['a', 'b'], -1, 'RangeError: f: target: expected an index from 0 to 1, got -1'],
  ])('refuses %s', (_, names, target, message) => {
    expect(thrown(() => targetIndex('f', names, target))).toBe(message);
  });
});
