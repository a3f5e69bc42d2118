import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runExample, writeFilesOfExamples } from './helpers/examples.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const index = `${root}src/index.ts`;
const { config } = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile);
const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);

interface Documented {
  readonly name: string;
  readonly text: string;
  readonly examples: readonly string[];
}

/** The docstrings of all values that the package exports, by their names. */
function publicValues(): Documented[] {
  const program = ts.createProgram([index], options);
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(index)!)!;
  return checker.getExportsOfModule(module).flatMap((exported) => {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    if (!(symbol.flags & ts.SymbolFlags.Value)) return [];
    const examples = symbol.getJsDocTags(checker).filter(({ name }) => name === 'example');
    return {
      name: exported.name,
      text: ts.displayPartsToString(symbol.getDocumentationComment(checker)),
      examples: examples.map(({ text }) => ts.displayPartsToString(text)),
    };
  });
}

/** Code before each example: imports of all that is public and of RxJS, an objective L, and runs over it. */
const prelude = (names: readonly string[]) => `
import { auditTime, last, lastValueFrom, map, type Observable, take, takeWhile, tap } from 'rxjs';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ${names.join(', ')}, type Activation, type Descent, type Loss, type MatVec, type Random, type Risk, type RunFacts, type Step } from '../src/index.ts';
declare const L: Risk, at: (seed: number) => Risk, random: Random, draw: (row: unknown) => void;
declare const run: Descent & Stream<Step & { drift: Float64Array }> & ((point: object) => Stream<{ drift: Float64Array, finalLoss: number }>);
declare const grid: { learningRate: number[], seed: number[] }, A: Float64Array, d: number;
`;

/** Compiles each text as a file of its own, in one program, and returns the errors. */
function errorsOf(texts: ReadonlyMap<string, string>): Map<string, string[]> {
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => texts.has(file) || fileExists(file);
  host.readFile = (file) => texts.get(file) ?? readFile(file);
  host.getSourceFile = (file, version, ...rest) =>
    texts.has(file)
      ? ts.createSourceFile(file, texts.get(file)!, version)
      : getSourceFile.call(host, file, version, ...rest);
  const program = ts.createProgram([...texts.keys()], options, host);
  const errors = (file: string) => {
    const source = program.getSourceFile(file)!;
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
  };
  return new Map([...texts.keys()].map((file) => [file, errors(file)]));
}

const values = publicValues();
const names = values.map(({ name }) => name);

describe('every public value', () => {
  it('has a docstring with an example', () => {
    expect(values.length).toBeGreaterThan(50);
    const lacking = values.filter(({ text, examples }) => !text || !examples.length);
    expect(lacking.map(({ name }) => name)).toEqual([]);
  });

  it('has examples that compile', () => {
    const texts = new Map(
      values.flatMap(({ name, examples }) =>
        examples.map(
          (example, i) =>
            [
              `${root}test/${name}-${i}.example.ts`,
              `${prelude(names.filter((n) => !new RegExp(`const ${n}\\b`).test(example)))}\n{\n${example}\n}`,
            ] as const,
        ),
      ),
    );
    const wrong = [...errorsOf(texts)].filter(([, errors]) => errors.length);
    expect(wrong.map(([file, errors]) => [file.slice(root.length), ...errors])).toEqual([]);
  });

  it.each(['README.md', 'docs/start.md'])('is used by programs of %s that compile', (page) => {
    const programs = [...readFileSync(`${root}${page}`, 'utf8').matchAll(/```ts\n(.*?)```/gs)].map(([, text]) => text!);
    expect(programs.length).toBeGreaterThan(0);
    const whole = (text: string) =>
      text.startsWith('import') ? text.replace("'rxdescent'", "'../src/index.ts'") : `${prelude(names)}\n{\n${text}\n}`;
    const pipelines = (text: string) => text.replaceAll("'./pipeline.ts'", "'../examples/pipeline.ts'");
    const texts = new Map(programs.map((text, i) => [`${root}test/page-${i}.example.ts`, pipelines(whole(text))]));
    expect(
      [...errorsOf(texts)].map(([file, errors]) => [file.slice(root.length), ...errors]).filter(([, e]) => e),
    ).toEqual([]);
  });

  it('is found out where an example does not compile', () => {
    const file = `${root}test/misspelt.example.ts`;
    const text = `${prelude(names)} gradientDescent(run).pipe(take(1), conservation(), powerLaw('learningRate', 'drfit'));`;
    expect(
      errorsOf(new Map([[file, text]]))
        .get(file)!
        .join(),
    ).toMatch(/drfit/);
  });
});

/** The number or list of numbers that an example promises in a comment at its end. */
function promised(example: string): number[] | undefined {
  const [, text] = /; \/\/ (\[[-\d.e, ]+\]|-?[\d.]+(?:e-?\d+)?)(?=$|[;,])/.exec(example) ?? [];
  return text === undefined ? undefined : [JSON.parse(text)].flat();
}

describe('an example', () => {
  const home = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), 'rxdescent-examples-'));
  beforeAll(() => {
    writeFilesOfExamples(folder);
    process.chdir(folder);
  });
  afterAll(() => {
    process.chdir(home);
    rmSync(folder, { recursive: true });
  });

  const examples = values.flatMap(({ name, examples }) => examples.map((example) => ({ name, example })));

  it.each(examples)('of $name runs, and gives the numbers that it promises', async ({ example }) => {
    let said = 0;
    const value = await runExample(example, () => said++);
    expect(said > 0).toBe(example.includes('console.log'));
    const numbers = promised(example);
    if (!numbers) return;
    const found = Array.from(typeof value === 'number' ? [value] : (value as ArrayLike<number>));
    expect(found).toEqual(numbers.map((x) => expect.closeTo(x, 4))); // docstrings have four digits
  });
});
