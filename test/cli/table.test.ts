import { describe, expect, it } from 'vitest';
import { table } from '../../src/cli/table.ts';

describe('table', () => {
  const rows = [
    ['0.1', '12'],
    ['0.001', '–'],
  ];

  it('has the first column on the left and numbers on the right', () => {
    expect(table(['rate', 'local exponent'], rows)).toBe(
      [
        'rate   local exponent', //
        '─────  ──────────────',
        '0.1                12',
        '0.001               –',
      ].join('\n'),
    );
  });

  it('has every column on the left where it is asked to, without blanks at the end', () => {
    expect(table(['rate', 'local exponent'], rows, 'left')).toBe(
      [
        'rate   local exponent', //
        '─────  ──────────────',
        '0.1    12',
        '0.001  –',
      ].join('\n'),
    );
  });

  it('is a head without rows', () => {
    expect(table(['rate'], [])).toBe('rate\n────');
  });
});
