import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A small disk of its own, in memory; needs the right to mount. */
export class Tmpfs {
  readonly path: string;
  readonly #filler: string;

  constructor(options = 'size=16m') {
    this.path = fs.mkdtempSync(join(tmpdir(), 'rxdescent-disk-'));
    this.#filler = join(this.path, 'filler');
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', this.path], { stdio: 'pipe' });
    } catch (error) {
      fs.rmdirSync(this.path);
      throw error;
    }
  }

  /** Fills it up to so many bytes. */
  leave(bytes: number): void {
    const { bavail, bsize } = fs.statfsSync(this.path);
    fs.writeFileSync(this.#filler, Buffer.alloc(bavail * bsize - bytes));
  }

  /** Takes away what it was filled with. */
  free(): void {
    fs.rmSync(this.#filler);
  }

  /** Every file on it but the filler, by its path below it. */
  files(): string[] {
    return fs
      .readdirSync(this.path, { recursive: true, encoding: 'utf8' })
      .filter((name) => fs.statSync(join(this.path, name)).isFile() && name !== 'filler')
      .sort();
  }

  unmount(): void {
    execFileSync('umount', [this.path], { stdio: 'pipe' });
    fs.rmdirSync(this.path);
  }
}

/** Returns the reason that nothing can be mounted here, or null if it can. */
export function whyNoMount(): string | null {
  try {
    new Tmpfs('size=64k').unmount();
    return null;
  } catch (error) {
    return (error as Error).message.trim();
  }
}
