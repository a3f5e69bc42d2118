import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../', import.meta.url));
const widest = 100;

const sources = (room: string): string[] =>
  readdirSync(root + room, { recursive: true, encoding: 'utf8' })
    .map((path) => `${room}/${path.replaceAll('\\', '/')}`)
    .filter((path) => /\.(?:ts|mjs)$/.test(path) && !path.endsWith('.wasm.ts'));

const linesOf = (path: string): string[] => readFileSync(root + path, 'utf8').split('\n');

/** Lines of a file that are a comment and too wide, by their numbers. */
const wideLines = (path: string): string[] =>
  linesOf(path).flatMap((line, i) =>
    /^\s*(?:\/\/|\/\*|\*)/.test(line) && [...line].length > widest ? [`${path}:${i + 1}`] : [],
  );

/** Paragraphs of documentation that open with a word that is no verb and no noun, by their lines. */
function openings(path: string): string[] {
  const lines = linesOf(path);
  return lines.flatMap((line, i) => {
    const opens = /^\s*\/\*\* /.test(line) || /^\s*(?:\/\*\*|\*)$/.test(lines[i - 1] ?? '');
    const word = /^\s*(?:\/\*\*|\*) (What|Of|Is|Are|For|From|Whether|Where|Who|Why|How|Which)\b/.exec(line)?.[1];
    return opens && word ? [`${path}:${i + 1}: ${word}`] : [];
  });
}

describe('comments', () => {
  it('have at most 100 columns in src', () => {
    const files = sources('src').filter((path) => !path.startsWith('src/math/kernels/assembly/'));
    expect(files.length).toBeGreaterThan(200);
    expect(files.flatMap(wideLines)).toEqual([]);
  });

  it('open with a verb or a noun', () => {
    const files = ['src', 'test', 'bench', 'examples'].flatMap(sources);
    expect(files.length).toBeGreaterThan(400);
    expect(files.flatMap(openings)).toEqual([]);
  });
});
