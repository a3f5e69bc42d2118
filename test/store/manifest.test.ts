import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Manifest, machine, manifestPath, readManifest, writeManifest } from '../../src/store/manifest.ts';
import { scratch } from '../operators/sinks/tables.ts';

const at = scratch();
const hash = 'ab'.repeat(32);
const manifest: Manifest = {
  versions: { rxdescent: '0.1.0', node: process.version },
  engine: 'typed-array',
  precision: 'float64',
  numerics: 1,
  status: 'completed',
  tables: { steps: { rows: 2001, arrow: hash, parquet: hash } },
  trajectories: ['00ff', '00fe'],
  started: '2026-01-01T00:00:00.000Z',
  finished: '2026-01-01T00:01:00.000Z',
  machine: machine(),
};

describe('a manifest', () => {
  it('is read back as it was written', () => {
    writeManifest(at('a'), manifest);
    expect(readManifest(at('a'))).toEqual({ manifest });
    writeManifest(at('a'), { ...manifest, status: 'interrupted' });
    expect(readManifest(at('a')).manifest?.status).toBe('interrupted');
  });

  it('is absent, with a reason, where there is none', () => {
    expect(readManifest(at('none'))).toEqual({ reason: `${manifestPath(at('none'))} is not there` });
  });

  it('is absent, with a reason, when it was cut anywhere', () => {
    writeManifest(at('cut'), manifest);
    const text = fs.readFileSync(manifestPath(at('cut')), 'utf8');
    for (let length = 0; length < text.trimEnd().length; length++) {
      fs.writeFileSync(manifestPath(at('cut')), text.slice(0, length));
      expect(readManifest(at('cut')).reason).toContain(`${manifestPath(at('cut'))} cannot be read: `);
    }
  });

  it.each([
    [{ ...manifest, status: 'done' }, 'status is "done"'],
    [{ ...manifest, precision: undefined }, 'precision is missing'],
    [{ ...manifest, tables: { steps: { rows: 1, arrow: 'ab', parquet: hash } } }, 'tables is {"steps":'],
    [{ ...manifest, trajectories: [1] }, 'trajectories is [1]'],
    [{ ...manifest, started: 'yesterday' }, 'started is "yesterday"'],
    [[], 'it is not an object'],
  ])('is absent, with a reason, when a part of it is not what it must be: %#', (damaged, reason) => {
    fs.mkdirSync(at('b'), { recursive: true });
    fs.writeFileSync(manifestPath(at('b')), JSON.stringify(damaged));
    const read = readManifest(at('b'));
    expect(read.manifest).toBe(undefined);
    expect(read.reason).toContain(`${manifestPath(at('b'))} is damaged: ${reason}`);
  });
});
