import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { float64 } from '../../src/columns.ts';
import { memoryless } from '../../src/math/memory.ts';
import { operator } from '../../src/operators/transforms/operator.ts';
import { builtIn, registered } from '../../src/pipelines/registry.ts';

const options = z.strictObject({ scale: z.number().positive().default(1) });
const scaled = operator('scaled', { options, columns: { scaled: float64('loss, scaled') } }, ({ scale }) => ({
  row: ({ loss }: { readonly loss: number }) => ({ scaled: scale * loss }),
  ...memoryless,
}));

describe('a module of one’s own', () => {
  it('exports an operator as operator(…) made it, or its options beside a function', () => {
    const create = () => scaled();
    const { measures } = registered({ operators: { scaled, other: { options, create } } }, builtIn);
    expect(measures['scaled']).toEqual({ options, create: scaled });
    expect(measures['other']).toEqual({ options, create });
    expect(Object.keys(measures)).toEqual([...Object.keys(builtIn.measures), 'scaled', 'other']);
  });

  it('is refused with a function that is no operator, and with a name that is taken', () => {
    expect(() => registered({ operators: { plain: () => scaled() } }, builtIn)).toThrow(
      'operators.plain.options: expected a z.strictObject({ … }), got nothing',
    );
    expect(() => registered({ operators: { trace: scaled } }, builtIn)).toThrow(
      new TypeError('operators.trace: expected a new name for an operator, got one that is taken'),
    );
  });
});
