import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const src = fileURLToPath(new URL('../src/', import.meta.url));
const widest = 100;

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.wasm.ts') && !path.startsWith('math/kernels/assembly/'));

/** Lines of a file that are a comment and too wide, by their numbers. */
const wideLines = (path: string): string[] =>
  readFileSync(src + path, 'utf8')
    .split('\n')
    .flatMap((line, i) => (/^\s*(?:\/\/|\/\*|\*)/.test(line) && [...line].length > widest ? [`${path}:${i + 1}`] : []));

describe('lines of comments', () => {
  it('have at most 100 columns', () => {
    expect(files.length).toBeGreaterThan(200);
    expect(files.flatMap(wideLines)).toEqual([]);
  });
});
