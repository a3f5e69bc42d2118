import { type StdioOptions, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { folder, tiny } from '../pipelines/tiny.ts';
import { command, started } from './command.ts';

const files = folder();
files.write('good.json', tiny());

describe('a standard stream that takes nothing more', () => {
  it('is no fault if its reader has seen enough', async () => {
    const { child, ended } = started(['--help'], files.path);
    child.stdout!.destroy();
    expect(await ended).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
  });

  it('changes nothing of how a command ends if nobody reads its errors', async () => {
    const { child, ended } = started(['validate', 'nope.json'], files.path);
    child.stderr!.destroy();
    expect(await ended).toMatchObject({ code: 2, signal: null, stdout: '' });
  });

  // a device that is full, which Linux has
  it.skipIf(!existsSync('/dev/full'))('ends the command with 1 if it is a disk that is full', async () => {
    const full = openSync('/dev/full', 'w');
    const stdio: StdioOptions = ['ignore', full, 'pipe'];
    const child = spawn(process.execPath, command(['describe', 'good.json', '--json']), { cwd: files.path, stdio });
    closeSync(full);
    let stderr = '';
    child.stderr!.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'cannot write to stdout: no space left on device (ENOSPC)\n',
    });
  });
});
