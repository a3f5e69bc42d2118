import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { writeFileAtomic } from '../files/write-file-atomic.ts';
import type { TableRecord } from './tables.ts';

/** Manifest of a stored experiment: what stands in no table. */
export interface Manifest {
  /** Versions of rxdescent, Node and the libraries that write files. */
  readonly versions: Readonly<Record<string, string>>;
  readonly engine: string;
  /** Reason why another engine ran than was asked for. */
  readonly fallback?: string;
  readonly precision: 'float64' | 'float32';
  /** Value of {@link numericsVersion} in the code that ran. */
  readonly numerics: number;
  readonly status: 'completed' | 'interrupted' | 'failed';
  readonly tables: Readonly<Record<string, TableRecord>>;
  /** Keys of the trajectories, in the order of the runs. */
  readonly trajectories: readonly string[];
  /** Time in ISO 8601, UTC. */
  readonly started: string;
  readonly finished: string;
  readonly machine: Readonly<Record<string, string | number>>;
}

/** Describes the machine, for a manifest. */
export const machine = (): Manifest['machine'] => ({
  platform: process.platform,
  arch: process.arch,
  cpu: os.cpus()[0]?.model ?? 'unknown',
  cores: os.availableParallelism(),
  memory: os.totalmem(),
});

export const manifestPath = (dir: string): string => join(dir, 'manifest.json');

/**
 * @throws {Error} `cannot write FILE: …`; the manifest that was there before is then still there.
 */
export function writeManifest(dir: string, manifest: Manifest): void {
  writeFileAtomic(manifestPath(dir), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** Manifest of a folder, or the reason why there is none that can be used. */
export type ManifestReading =
  | { readonly manifest: Manifest; readonly reason?: undefined }
  | { readonly manifest?: undefined; readonly reason: string };

/**
 * Reads the manifest of a folder. A damaged one counts as none, because all of it can be found out
 * anew.
 */
export function readManifest(dir: string): ManifestReading {
  const path = manifestPath(dir);
  let found: unknown;
  try {
    found = JSON.parse(fs.readFileSync(path, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return {
      reason: code === 'ENOENT' ? `${path} is not there` : `${path} cannot be read: ${(error as Error).message}`,
    };
  }
  const wrong = wrongIn(found);
  return wrong ? { reason: `${path} is damaged: ${wrong}` } : { manifest: found as Manifest };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';
const isHash = (value: unknown): boolean => isText(value) && /^[0-9a-f]{64}$/.test(value);
const isTable = (value: unknown): boolean =>
  isRecord(value) && Number.isInteger(value['rows']) && isHash(value['arrow']) && isHash(value['parquet']);

const checks: { readonly [K in keyof Manifest]: (value: unknown) => boolean } = {
  versions: (value) => isRecord(value) && Object.values(value).every(isText),
  engine: isText,
  fallback: (value) => value === undefined || isText(value),
  precision: (value) => value === 'float64' || value === 'float32',
  numerics: Number.isInteger,
  status: (value) => value === 'completed' || value === 'interrupted' || value === 'failed',
  tables: (value) => isRecord(value) && Object.values(value).every(isTable),
  trajectories: (value) => Array.isArray(value) && value.every(isText),
  started: (value) => isText(value) && !Number.isNaN(Date.parse(value)),
  finished: (value) => isText(value) && !Number.isNaN(Date.parse(value)),
  machine: isRecord,
};

function wrongIn(found: unknown): string | null {
  if (!isRecord(found)) return 'it is not an object';
  const wrong = Object.entries(checks).find(([key, holds]) => !holds(found[key]));
  return wrong ? `${wrong[0]} is ${JSON.stringify(found[wrong[0]]) ?? 'missing'}` : null;
}
