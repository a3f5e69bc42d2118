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
const wideLines = (path: string, lines = linesOf(path)): string[] =>
  lines.flatMap((line, i) =>
    /^\s*(?:\/\/|\/\*|\*)/.test(line) && [...line].length > widest ? [`${path}:${i + 1}`] : [],
  );

/** Paragraphs of documentation that open with a word that is no verb and no noun, by their lines. */
function openings(path: string, lines = linesOf(path)): string[] {
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
    expect(files.flatMap((path) => wideLines(path))).toEqual([]);
  });

  it('are found out where they are wide, or open with a question or a preposition', () => {
    expect(wideLines('x', [` * ${'x'.repeat(97)}`, ` * ${'x'.repeat(98)}`, 'x'.repeat(101)])).toEqual(['x:2']);
    const wrong = ['/** What it is. */', '/**', ' * Whether so.', ' *', ' * Of the run.', ' * What goes on.', ' */'];
    expect(openings('x', wrong)).toEqual(['x:1: What', 'x:3: Whether', 'x:5: Of']);
  });

  it('open with no question and no preposition', () => {
    const files = ['src', 'test', 'bench', 'examples'].flatMap(sources);
    expect(files.length).toBeGreaterThan(400);
    expect(files.flatMap((path) => openings(path))).toEqual([]);
  });
});
