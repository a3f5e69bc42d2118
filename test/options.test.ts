import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { count, every, fraction, parseOptions, share } from '../src/options.ts';

const schema = z.strictObject({
  every,
  cadence: z.union([count, z.literal('adaptive')]).default(1),
  tol: fraction.default(0.1),
  beta: share.optional(),
  probes: z.int().min(6).default(6),
  decay: z.number().nonnegative().default(0),
  scale: z.number().positive().default(1),
  curvature: z.number().gt(0).lt(2).optional(),
  laws: z
    .array(z.enum(['layer', 'neuron']))
    .min(1)
    .refine((laws) => new Set(laws).size === laws.length, { error: 'expected each family once' })
    .default(['layer']),
  bias: z.boolean().default(true),
  matrix: z.enum(['hessian', 'gauss-newton']).default('hessian'),
  order: z.int().min(1).max(8).optional(),
  shift: z.int().optional(),
  most: z.number().max(8).optional(),
  above: z.number().gt(1).optional(),
  window: z.strictObject({ low: z.number().positive() }).optional(),
});
const parse = (given: unknown) => parseOptions('who', schema, given);

describe('parseOptions', () => {
  it('fills in the defaults, and keeps what is given', () => {
    const defaults = { every: 1, cadence: 1, tol: 0.1, probes: 6, decay: 0, scale: 1, laws: ['layer'], bias: true };
    expect(parse({})).toEqual({ ...defaults, matrix: 'hessian' });
    expect(parse({ tol: 0.5, cadence: 'adaptive' })).toMatchObject({ tol: 0.5, cadence: 'adaptive' });
  });

  it.each<[object, string]>([
    [{ every: 0 }, 'every must be a positive integer or a list of at least 1, got 0'],
    [{ every: 1.5 }, 'every must be a positive integer or a list of at least 1, got 1.5'],
    [{ every: [] }, 'every must be a positive integer or a list of at least 1, got []'],
    [{ every: [-1] }, 'every[0] must be an integer of at least 0, got -1'],
    [{ cadence: -1 }, "cadence must be a positive integer or 'adaptive', got -1"],
    [{ cadence: 'often' }, "cadence must be a positive integer or 'adaptive', got often"],
    [{ tol: 1 }, 'tol must lie in (0, 1), got 1'],
    [{ tol: Number.NaN }, 'tol must lie in (0, 1), got NaN'],
    [{ beta: 1 }, 'beta must lie in [0, 1), got 1'],
    [{ probes: 5 }, 'probes must be an integer of at least 6, got 5'],
    [{ decay: -1 }, 'decay must be finite and not negative, got -1'],
    [{ decay: Infinity }, 'decay must be finite and not negative, got Infinity'],
    [{ scale: 0 }, 'scale must be positive and finite, got 0'],
    [{ curvature: 2 }, 'curvature must lie in (0, 2), got 2'],
    [{ laws: [] }, 'laws must be a list of at least 1, got []'],
    [{ laws: ['layers'] }, 'laws[0] must be one of layer, neuron, got layers'],
    [{ laws: ['layer', 'layer'] }, 'laws: expected each family once, got ["layer","layer"]'],
    [{ order: 9 }, 'order must be an integer from 1 to 8, got 9'],
    [{ shift: 1.5 }, 'shift must be an integer, got 1.5'],
    [{ most: 9 }, 'most must be a number of at most 8, got 9'],
    [{ above: 1 }, 'above must be a number above 1, got 1'],
    [{ window: { low: 0 } }, 'window.low must be positive and finite, got 0'],
    [{ matrix: 'hesian' }, 'matrix must be one of hessian, gauss-newton, got hesian'],
  ])('refuses the value in %j', (given, text) => {
    expect(() => parse(given)).toThrow(new RangeError(`who: ${text}`));
  });

  it.each<[unknown, string]>([
    [{ tol: '0.1' }, 'tol must lie in (0, 1), got "0.1"'],
    [{ every: '2' }, 'every must be a positive integer or a list of at least 1, got "2"'],
    [{ bias: 1 }, 'bias must be true or false, got 1'],
    [{ laws: 'layer' }, 'laws must be a list of at least 1, got "layer"'],
    [{ every: 10n }, 'every must be a positive integer or a list of at least 1, got 10'],
    [{ tol: {} }, 'tol must lie in (0, 1), got {}'],
    [{ window: 3 }, 'window must be an object, got 3'],
    [{ window: { low: 1, high: 2 } }, 'window has an unknown key high'],
    [{ evry: 2 }, `expected options among ${Object.keys(schema.shape).join(', ')}, got evry`],
    [null, 'options must be an object, got null'],
    [7, 'options must be an object, got 7'],
  ])('refuses the type in %o', (given, text) => {
    expect(() => parse(given)).toThrow(new TypeError(`who: ${text}`));
  });

  it('words what a schema says of the options together', () => {
    const both = z
      .strictObject({ a: z.number(), b: z.number() })
      .refine(({ a, b }) => a < b, { error: 'expected a below b' });
    expect(() => parseOptions('who', both, { a: 2, b: 1 })).toThrow(new RangeError('who: expected a below b'));
  });

  it('refuses every number outside (0, 1) and takes every one inside', () => {
    fc.assert(
      fc.property(fc.double(), (tol) => {
        if (tol > 0 && tol < 1) expect(parse({ tol })).toMatchObject({ tol });
        else expect(() => parse({ tol })).toThrow(RangeError);
      }),
    );
  });
});
