import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { explain, formatFault } from '../../src/pipelines/explain.ts';

describe('explain', () => {
  const schema = z.strictObject({
    whole: z.int().min(1).max(9).optional(),
    share: z.number().gt(0).lt(1).optional(),
    size: z.number().nonnegative().optional(),
    most: z.number().max(3).optional(),
    word: z.string().optional(),
    flag: z.boolean().default(true),
    pair: z.array(z.number()).min(1).optional(),
    kind: z
      .discriminatedUnion('op', [
        z.strictObject({ op: z.literal('one'), n: z.int() }),
        z.strictObject({ op: z.literal('two'), list: z.array(z.enum(['a', 'b'])) }),
      ])
      .optional(),
    either: z.union([z.string(), z.int().nonnegative()]).optional(),
    named: z.record(z.string(), z.boolean()).optional(),
    own: z
      .number()
      .refine((n) => n % 2 === 0, { error: 'expected an even number' })
      .optional(),
  });
  const lines = (input: unknown) => explain(schema, input, schema.safeParse(input).error!.issues).map(formatFault);

  it.each<[unknown, ...string[]]>([
    [{ whole: 0.5 }, 'whole: expected an integer from 1 to 9, got 0.5'],
    [{ whole: 1e300 }, 'whole: expected an integer from 1 to 9, got 1e+300'],
    [{ share: 1 }, 'share: expected a number above 0 and below 1, got 1'],
    [{ size: -1 }, 'size: expected a number of at least 0, got -1'],
    [{ most: 4 }, 'most: expected a number of at most 3, got 4'],
    [{ word: 3 }, 'word: expected a text, got 3'],
    [{ flag: 'yes' }, 'flag: expected true or false, got "yes"'],
    [{ pair: [] }, 'pair: expected a list with at least one entry, got []'],
    [{ pair: [1, 'b'] }, 'pair[1]: expected a number, got "b"'],
    [{ kind: { op: 'twoo' } }, 'kind.op: expected one of one, two, got "twoo"; did you mean two?'],
    [{ kind: [] }, 'kind: expected an object, got []'],
    [{ kind: { op: 'two', list: ['a', 'c'] } }, 'kind.list[1]: expected one of a, b, got "c"'],
    [{ kind: { op: 'one', nn: 2 } }, 'kind.n: expected an integer, got nothing', 'kind.nn: unknown key (known: op, n)'],
    [{ either: true }, 'either: expected a text or an integer of at least 0, got true'],
    [{ named: { 'a.b': 1 } }, 'named["a.b"]: expected true or false, got 1'],
    [{ own: 3 }, 'own: expected an even number, got 3'],
    [[], 'expected an object, got []'],
  ])('says of %j what was expected, and what was found', (input, ...faults) => expect(lines(input)).toEqual(faults));

  it('does not miss a key that was misspelt', () => {
    expect(lines({ kind: { op: 'two', lists: [] } })).toEqual([
      'kind.lists: unknown key; did you mean list? (known: op, list)',
    ]);
  });
});
