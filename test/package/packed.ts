import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
export const readme = readFileSync(`${root}README.md`, 'utf8');

/** Commands that the README gives for a project of one's own. */
const [init, install, compileAndRun] = readme
  .split('In a project of your own')[1]!
  .split('```')[1]!
  .trim()
  .split('\n') as [string, string, string];

/** Makes a project with the packed package in it, for the tests of one file. */
export function packed() {
  const home = mkdtempSync(join(tmpdir(), 'rxdescent-package-'));
  const sh = (command: string, cwd = home) => execFileSync('bash', ['-ec', command], { cwd, encoding: 'utf8' });
  beforeAll(() => {
    sh(`npm pack --silent --pack-destination ${home}`, root);
    sh(init);
    sh(install.replace('PATH/', './'));
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));
  return {
    home,
    sh,
    write: (name: string, text: string) => writeFileSync(join(home, name), text),
    /** Command of the README that checks the types of `my.ts`, and runs it. */
    compileAndRun,
  };
}
