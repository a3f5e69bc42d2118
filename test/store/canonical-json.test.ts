import fs from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256, sha256OfFile } from '../../src/files/sha256.ts';
import { canonicalJson } from '../../src/store/canonical-json.ts';
import { specHash, trajectoryKey } from '../../src/store/keys.ts';
import { scratch } from '../operators/sinks/tables.ts';

const at = scratch();

/** The same value with the keys of every object in another order. */
const shuffled = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(shuffled)
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value)
            .reverse()
            .map(([key, of]) => [key, shuffled(of)]),
        )
      : value;

describe('canonicalJson', () => {
  it('is JSON, and one text for one value in whatever order', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(shuffled(value))).toBe(text);
      }),
    );
  });

  it('sorts keys and leaves no space', () => {
    expect(canonicalJson({ b: [1, { d: null, c: 0.1 }], a: 'λ' })).toBe('{"a":"λ","b":[1,{"c":0.1,"d":null}]}');
  });

  it.each([
    [{ model: { slope: undefined } }, 'model.slope must be plain JSON, got undefined'],
    [{ grid: [1, NaN] }, 'grid[1] must be plain JSON, got NaN'],
    [{ eta: Infinity }, 'eta must be plain JSON, got Infinity'],
    [{ x: Float64Array.of(1) }, 'x must be plain JSON, got Float64Array'],
    [{ x: new Map() }, 'x must be plain JSON, got Map'],
    [new Array(1), '[0] must be plain JSON, got undefined'],
    [1n, 'the value must be plain JSON, got 1'],
  ])('refuses what JSON cannot hold, and names it: %#', (value, message) => {
    expect(() => canonicalJson(value)).toThrow(new TypeError(`canonicalJson: ${message}`));
  });
});

describe('sha256', () => {
  it('is the hash of a text, of bytes and of a file', () => {
    // FIPS 180-2, appendix B.1
    const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    fs.writeFileSync(at('abc'), 'abc');
    expect([sha256('abc'), sha256(Buffer.from('abc')), sha256OfFile(at('abc'))]).toEqual([abc, abc, abc]);
    const long = Buffer.alloc(3_000_001, 'x');
    fs.writeFileSync(at('long'), long);
    expect(sha256OfFile(at('long'))).toBe(sha256(long));
  });
});

describe('the name of a folder and of a trajectory', () => {
  it('follows from the content, not from the order of the keys', () => {
    const spec = { name: 'e05', grid: { seed: [42], learningRate: [0.1] } };
    expect(specHash(spec)).toMatch(/^[0-9a-f]{12}$/);
    expect(specHash(shuffled(spec))).toBe(specHash(spec));
    expect(specHash({ ...spec, name: 'e06' })).not.toBe(specHash(spec));
    expect(trajectoryKey({ steps: 1, seed: 42 })).toMatch(/^[0-9a-f]{32}$/);
    expect(trajectoryKey({ seed: 42, steps: 1 })).toBe(trajectoryKey({ steps: 1, seed: 42 }));
    expect(trajectoryKey({ steps: 2, seed: 42 })).not.toBe(trajectoryKey({ steps: 1, seed: 42 }));
  });
});
