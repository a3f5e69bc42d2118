import { spawnSync } from 'node:child_process';
import fs, { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { int32 } from '../../src/columns.ts';
import { lock } from '../../src/files/lock.ts';
import { JournalWriter } from '../../src/store/journal.ts';

const folder = mkdtempSync(join(os.tmpdir(), 'rxdescent-lock-'));
afterAll(() => rmSync(folder, { recursive: true }));
const columns = { step: int32('counted') };

describe('a lock', () => {
  it('is held by one at a time, and says by whom', () => {
    const path = join(folder, 'one');
    const unlock = lock(path);
    expect(() => lock(path)).toThrow(
      `cannot write ${path}: process ${process.pid} on ${os.hostname()} is writing it; wait for it, or take another --out`,
    );
    unlock();
    lock(path)();
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  it('of a process that is gone is taken over', () => {
    const path = join(folder, 'gone');
    const { pid } = spawnSync(process.execPath, ['--version']);
    writeFileSync(`${path}.lock`, JSON.stringify({ pid, host: os.hostname() }));
    lock(path);
    expect(JSON.parse(readFileSync(`${path}.lock`, 'utf8'))).toMatchObject({ pid: process.pid });
  });

  it('that was cut off when it was written is taken over', () => {
    const path = join(folder, 'cut');
    writeFileSync(`${path}.lock`, '{"pi');
    expect(() => lock(path)).not.toThrow();
  });

  it('of a process that had the number of a living one before it is taken over', () => {
    const path = join(folder, 'again');
    const [mine, other] = [process.pid, 'another boot 1'];
    writeFileSync(`${path}.lock`, JSON.stringify({ pid: mine, host: os.hostname(), born: other }));
    expect(() => lock(path)()).not.toThrow();
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  it('that a living process takes over just before a stale one is moved away is put back', () => {
    const path = join(folder, 'race');
    const { pid } = spawnSync(process.execPath, ['--version']);
    writeFileSync(`${path}.lock`, JSON.stringify({ pid, host: os.hostname() }));
    const faster = JSON.stringify({ pid: process.ppid, host: os.hostname() });
    const rename = vi.spyOn(fs, 'renameSync').mockImplementationOnce((from, to) => {
      writeFileSync(from, faster);
      rename.mockRestore();
      fs.renameSync(from, to);
    });
    expect(() => lock(path)).toThrow(`process ${process.ppid} on ${os.hostname()} is writing it`);
    expect(readFileSync(`${path}.lock`, 'utf8')).toBe(faster);
    expect(readdirSync(folder).filter((name) => name.startsWith('race'))).toEqual(['race.lock']);
  });

  it('of another machine is respected', () => {
    const path = join(folder, 'elsewhere');
    writeFileSync(`${path}.lock`, JSON.stringify({ pid: 1, host: 'another-machine' }));
    expect(() => lock(path)).toThrow('process 1 on another-machine is writing it');
  });
});

describe('a journal', () => {
  it('has one writer, and keeps the rows of the first when a second comes', () => {
    const path = join(folder, 'run.arrows');
    const first = new JournalWriter(path, columns);
    first.append({ step: 0 });
    first.flush();
    expect(() => new JournalWriter(path, columns)).toThrow('is writing it');
    first.append({ step: 1 });
    first.finish();
    expect(first.rows).toBe(2);
    expect(JournalWriter.unlessFinished(path, columns)).toBe(null);
    new JournalWriter(path, columns).close();
    expect(existsSync(`${path}.lock`)).toBe(false);
  });
});
