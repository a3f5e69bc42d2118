import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { AtomicFile } from '../../src/files/atomic-file.ts';
import { checkWritable } from '../../src/files/check-writable.ts';
import { sha256 } from '../../src/files/sha256.ts';
import { writeFileAtomic } from '../../src/files/write-file-atomic.ts';
import { canMount, scratch } from '../operators/sinks/tables.ts';

const at = scratch();

describe('writeFileAtomic', () => {
  it('writes a file in folders that it makes, and gives its hash', () => {
    expect(writeFileAtomic(at('a/b/c.json'), '{"λ":1}')).toBe(sha256('{"λ":1}'));
    expect(fs.readFileSync(at('a/b/c.json'), 'utf8')).toBe('{"λ":1}');
    expect(fs.readdirSync(at('a/b'))).toEqual(['c.json']);
  });

  it('leaves what was there, and no trace, if it fails', () => {
    writeFileAtomic(at('old/x'), 'old');
    const sync = vi.spyOn(fs, 'fsyncSync').mockImplementationOnce(() => {
      throw Object.assign(new Error('ENOSPC: no space left on device, fsync'), { code: 'ENOSPC' });
    });
    expect(() => writeFileAtomic(at('old/x'), 'new')).toThrow(
      new Error(`cannot write ${at('old/x')}: no space left on device (ENOSPC)`),
    );
    sync.mockRestore();
    expect([fs.readFileSync(at('old/x'), 'utf8'), fs.readdirSync(at('old'))]).toEqual(['old', ['x']]);
  });
});

describe('AtomicFile', () => {
  // Node's own mkdir never comes back from there
  it.skipIf(process.platform !== 'linux')('is an error, and no endless wait, where no folder can be made', () => {
    expect(() => new AtomicFile('/proc/out/far/file')).toThrow(
      new Error('cannot write /proc/out/far/file: no such file or directory (ENOENT)'),
    );
  });

  it('is not there before commit, and never after abort', () => {
    const file = new AtomicFile(at('later'));
    file.write(Buffer.from('text'));
    expect(fs.existsSync(at('later'))).toBe(false);
    file.commit();
    expect(fs.readFileSync(at('later'), 'utf8')).toBe('text');
    const other = new AtomicFile(at('never'));
    other.write(Buffer.from('text'));
    other.abort();
    other.abort();
    expect(fs.readdirSync(at('')).filter((name) => name.includes('never'))).toEqual([]);
  });

  it.skipIf(process.platform === 'win32')('brings its content to disk, then its name in the folder', () => {
    const calls: string[] = [];
    const [{ fsyncSync, renameSync }, file] = [{ ...fs }, new AtomicFile(at('durable/x'))];
    const sync = vi.spyOn(fs, 'fsyncSync').mockImplementation((fd) => {
      calls.push(fs.fstatSync(fd).isDirectory() ? 'fsync of the folder' : 'fsync of the file');
      fsyncSync(fd);
    });
    const rename = vi.spyOn(fs, 'renameSync').mockImplementation((from, to) => {
      calls.push('rename');
      renameSync(from, to);
    });
    file.commit();
    sync.mockRestore();
    rename.mockRestore();
    expect(calls).toEqual(['fsync of the file', 'rename', 'fsync of the folder']);
  });

  it('removes what a process that was killed left of it, and nothing of one that is alive', () => {
    const folder = at('left');
    // killed with the file half written: its name is that of a process which is gone
    const { href } = new URL('../../src/files/atomic-file.ts', import.meta.url);
    const half = `const { AtomicFile } = await import('${href}');
      for (const name of ['one', 'two']) new AtomicFile('${folder}/' + name).write(Buffer.from('half'));
      process.kill(process.pid, 'SIGKILL');`;
    spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', half]);
    expect(fs.readdirSync(folder)).toHaveLength(2);

    const [alive, file] = [new AtomicFile(`${folder}/one`), new AtomicFile(`${folder}/one`)];
    for (const [open, text] of [
      [alive, 'alive'],
      [file, 'whole'],
    ] as const) {
      open.write(Buffer.from(text));
      open.commit();
      expect(fs.readFileSync(`${folder}/one`, 'utf8')).toBe(text);
    }
    expect(fs.readdirSync(folder)).toEqual([expect.stringMatching(/^\.two\..*\.tmp$/), 'one']);
  });
});

describe('checkWritable', () => {
  it('takes a folder that is there, or could be made, and makes nothing', () => {
    checkWritable(at(''));
    checkWritable(at('not/yet/there'));
    expect(fs.existsSync(at('not'))).toBe(false);
  });

  it('names the folder, and the file that stands in its way', () => {
    fs.writeFileSync(at('file'), '');
    for (const folder of [at('file'), at('file/below'), at('file/far/below')]) {
      expect(() => checkWritable(folder)).toThrow(
        new Error(`cannot write to ${folder}: ${at('file')} is not a folder`),
      );
    }
  });

  it('names a link that leads nowhere, through which no folder can be made', () => {
    fs.symlinkSync(at('nowhere'), at('link'));
    for (const folder of [at('link'), at('link/below')]) {
      expect(() => checkWritable(folder)).toThrow(
        new Error(`cannot write to ${folder}: ${at('link')} is a link that leads nowhere`),
      );
    }
  });

  it('names a folder that may not be written in', () => {
    const denied = vi.spyOn(fs, 'mkdtempSync').mockImplementation(() => {
      throw Object.assign(new Error('EACCES: permission denied, mkdtemp'), { code: 'EACCES' });
    });
    expect(() => checkWritable(at('new'))).toThrow(
      new Error(
        `cannot write to ${at('new')}: ${at('').replace(/\/$/, '')} may not be written in: permission denied (EACCES)`,
      ),
    );
    denied.mockRestore();
  });

  it('leaves a disk that is full to those who write on it', () => {
    const full = vi.spyOn(fs, 'mkdtempSync').mockImplementation(() => {
      throw Object.assign(new Error('ENOSPC: no space left on device, mkdtemp'), { code: 'ENOSPC' });
    });
    checkWritable(at('new'));
    expect(full).toHaveBeenCalledOnce();
    full.mockRestore();
  });

  it('names a folder whose name is too long for the system', () => {
    const folder = at('x'.repeat(300));
    expect(() => checkWritable(folder)).toThrow(new Error(`cannot write to ${folder}: name too long (ENAMETOOLONG)`));
  });

  it.skipIf(process.platform !== 'linux')('names a folder that takes no files, not even those of a superuser', () => {
    expect(() => checkWritable('/proc/out')).toThrow(
      new Error('cannot write to /proc/out: /proc takes no files (ENOENT)'),
    );
  });

  it.skipIf(!canMount)('names a read-only file system', () => {
    fs.mkdirSync(at('ro'));
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'ro,size=64k', 'tmpfs', at('ro')]);
    try {
      expect(() => checkWritable(at('ro/out'))).toThrow(
        new Error(`cannot write to ${at('ro/out')}: ${at('ro')} lies on a read-only file system (EROFS)`),
      );
    } finally {
      spawnSync('umount', [at('ro')]);
    }
  });
});
