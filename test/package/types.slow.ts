import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packed } from './packed.ts';

const { home, sh, write } = packed();
const programs = new URL('./types/', import.meta.url);

/** Compiles the programs in `types/` with a TypeScript of that version, and returns what it says. */
function compile(version: string): string {
  const compiler = join(home, `typescript-${version}`);
  mkdirSync(compiler);
  sh(`npm install --silent --prefix ${compiler} typescript@${version}`);
  const tsc = join(compiler, 'node_modules/typescript/bin/tsc');
  const { stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', 'types'], { cwd: home, encoding: 'utf8' });
  return stdout + stderr;
}

/** Copies the programs, which import the sources here, as programs that import the package. */
function copyPrograms(): void {
  mkdirSync(join(home, 'types'), { recursive: true });
  for (const name of readdirSync(programs)) {
    const text = readFileSync(new URL(name, programs), 'utf8');
    write(`types/${name}`, text.replaceAll("'../../../src/index.ts'", "'rxdescent'"));
  }
  const compilerOptions = {
    ...{ target: 'es2023', module: 'nodenext', strict: true, noEmit: true, skipLibCheck: false, types: ['node'] },
    ...{ noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true },
    ...{ allowImportingTsExtensions: true },
  };
  write('types/tsconfig.json', JSON.stringify({ compilerOptions }));
}

describe('the types of the package', () => {
  it.each(['5.7', '5.9', '6', '7'])('hold, and refuse what they should, in TypeScript %s', (version) => {
    copyPrograms();
    expect(compile(version)).toBe('');
  });

  it('are found out where they do not hold', () => {
    copyPrograms();
    write('types/wrong.ts', "import { ema } from 'rxdescent';\nema('loss', { betta: 0.5 });\n");
    expect(compile('latest')).toMatch(/types\/wrong\.ts\(2,15\): error TS2\d+: .*'betta' does not exist/);
  });

  it('hold no type that an unknown row leaves open', () => {
    // tsc writes the inferred type of a result as a conditional one, which a generic row never closes
    const declared = sh("grep -rl 'extends infer T' node_modules/rxdescent/dist --include='*.d.ts' || true");
    expect(declared).toBe('');
  });
});
