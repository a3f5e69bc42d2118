import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { tableFromIPC } from 'apache-arrow';
import { afterEach, describe, expect, it } from 'vitest';
import { type Columns, int32, nullables, utf8 } from '../../src/columns.ts';
import { StreamReader } from '../../src/tables/stream-reader.ts';
import { StreamWriter } from '../../src/tables/stream-writer.ts';
import { run } from '../operators/sinks/run.ts';
import { canMount, rowsIn, scratch } from '../operators/sinks/tables.ts';

const at = scratch();
const { columns, rows } = run;

/** A column of each kind of buffer, in as few bytes as can be. */
const small = { step: columns.step, drift: columns.drift };

function write(name: string, n: number, perBatch = 10, of: Columns = columns): string {
  const stream = StreamWriter.create(at(name), of, { rows: perBatch });
  for (const row of rows(n)) stream.push(Object.fromEntries(Object.entries(row).filter(([key]) => key in of)));
  stream.finish();
  return at(name);
}

describe('StreamWriter', () => {
  it('is on disk after so many rows, or so many milliseconds, with or without a further row', async () => {
    const stream = StreamWriter.create(at('clock.arrows'), columns, { rows: 3, milliseconds: 30 });
    const onDisk = () => new StreamReader(at('clock.arrows')).rows;
    for (const row of rows(4)) stream.push(row);
    expect([onDisk(), stream.rows]).toEqual([3, 4]);
    await expect.poll(onDisk, { interval: 5 }).toBe(4);
    stream.push(run.row(4));
    // nothing else runs meanwhile, as under a synchronous source
    const until = performance.now() + 40;
    while (performance.now() < until);
    expect(onDisk()).toBe(4);
    stream.push(run.row(5));
    expect(onDisk()).toBe(6);
    stream.close();
  });

  it('does not keep the process alive for a batch that is open', () => {
    const script = `
      import { StreamWriter } from ${JSON.stringify(source('stream-writer.ts'))};
      import { int32 } from ${JSON.stringify(new URL('../../src/columns.ts', import.meta.url).href)};
      StreamWriter.create(process.argv[1], { step: int32('step') }, { milliseconds: 60_000 }).push({ step: 0 });`;
    const { status, stderr } = spawnSync(process.execPath, [...tsx, script, at('alive.arrows')], { timeout: 20_000 });
    expect([status, `${stderr}`]).toEqual([0, '']);
  });

  it('is a well-formed stream to others at any time, and says whether it was finished', () => {
    const stream = StreamWriter.create(at('open.arrows'), columns, { rows: 10 });
    for (const row of rows(25)) stream.push(row);
    expect(tableFromIPC(fs.readFileSync(at('open.arrows'))).numRows).toBe(20);
    expect(new StreamReader(at('open.arrows')).finished).toBe(false);
    stream.finish();
    expect(tableFromIPC(fs.readFileSync(at('open.arrows'))).numRows).toBe(25);
    expect(new StreamReader(at('open.arrows')).finished).toBe(true);
  });

  it('writes what is open on close, without the marker', () => {
    const stream = StreamWriter.create(at('close.arrows'), columns);
    stream.push(run.row(0));
    stream.close();
    stream.close();
    const read = new StreamReader(at('close.arrows'));
    expect([read.rows, read.finished, read.damage]).toEqual([1, false, null]);
  });

  it('names a file that cannot be made', () => {
    fs.writeFileSync(at('file'), '');
    expect(() => StreamWriter.create(at('file/x.arrows'), columns)).toThrow(`cannot write ${at('file/x.arrows')}: `);
  });

  it.each([0, 3, 10, 14, 25])('goes on after row %i as if it had never stopped', (keep) => {
    const path = write('resume.arrows', 25);
    const stream = StreamWriter.reopen(path, columns, { rows: 10, keep });
    expect(stream.rows).toBe(keep);
    for (const row of rows(32).slice(keep)) stream.push(row);
    stream.finish();
    const read = new StreamReader(path);
    expect(rowsIn(read.batches())).toEqual(rows(32));
    expect([read.finished, read.damage]).toEqual([true, null]);
  });

  it('goes on after the last whole batch of a damaged stream', () => {
    const path = write('cut.arrows', 25);
    fs.truncateSync(path, fs.statSync(path).size - 20);
    const stream = StreamWriter.reopen(path, columns);
    expect(stream.rows).toBe(20);
    stream.close();
    expect(new StreamReader(path).damage).toBe(null);
  });

  it('refuses to go on with other columns, or after rows that are not there', () => {
    const path = write('other.arrows', 5);
    const before = fs.readFileSync(path);
    expect(() => StreamWriter.reopen(path, nullables(columns))).toThrow(TypeError);
    expect(() => StreamWriter.reopen(path, { step: int32('step') })).toThrow(
      `${path}: must have the columns step, of the same types and units, got step, loss, drift, sharpness`,
    );
    expect(() => StreamWriter.reopen(path, columns, { keep: 6 })).toThrow(
      new RangeError(`${path}: keep must lie in [0, 5], the rows it holds, got 6`),
    );
    expect(fs.readFileSync(path)).toEqual(before);
  });
});

/** CRC-32C by its definition, a bit at a time. */
function crc32c(bytes: Uint8Array): string {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let k = 0; k < 8; k++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return (~crc >>> 0).toString(16).padStart(8, '0');
}

describe('StreamReader', () => {
  it('finds in each batch the CRC-32C of the batch with zeros in its place', () => {
    const path = write('crc.arrows', 20);
    const read = new StreamReader(path);
    const batch = fs.readFileSync(path).subarray(read.blockOf(10).offset, read.end);
    const at = batch.indexOf('crc32c:') + 7;
    const written = batch.toString('latin1', at, at + 8);
    batch.write('00000000', at);
    expect(written).toBe(crc32c(batch));
  });

  it('finds every byte that was flipped, and reads the batches before it', () => {
    const path = write('flip.arrows', 6, 3, small);
    const whole = fs.readFileSync(path);
    const { offset: first } = new StreamReader(path).blockOf(0);
    const { offset: second } = new StreamReader(path).blockOf(3);
    const { end } = new StreamReader(path);
    for (let i = first; i < end; i++) {
      const flipped = Buffer.from(whole);
      flipped[i]! ^= 1 << (i % 8);
      fs.writeFileSync(path, flipped);
      const read = new StreamReader(path);
      expect(read.damage, `byte ${i}`).toMatch(i < second ? /batch 0 at byte .* the 0 rows before/ : /batch 1 at byte/);
      expect(read.finished).toBe(false);
      expect(rowsIn(read.batches())).toHaveLength(i < second ? 0 : 3);
    }
    for (let i = 0; i < first; i++) {
      const flipped = Buffer.from(whole);
      flipped[i]! ^= 1 << (i % 8);
      fs.writeFileSync(path, flipped);
      expect(() => new StreamReader(path), `byte ${i}`).toThrow(`${path} holds no Arrow stream: its schema`);
    }
  });

  it('reads whole batches of a stream that was cut anywhere', () => {
    const path = write('short.arrows', 6, 3, small);
    const whole = fs.readFileSync(path);
    const reader = new StreamReader(path);
    const starts = [reader.blockOf(0).offset, reader.blockOf(3).offset, reader.end];
    for (let size = starts[0]!; size < whole.length; size++) {
      fs.writeFileSync(path, whole.subarray(0, size));
      const read = new StreamReader(path);
      expect([read.rows, read.finished], `${size} bytes`).toEqual([
        size >= starts[2]! ? 6 : size >= starts[1]! ? 3 : 0,
        false,
      ]);
      expect(read.damage === null, `${size} bytes`).toBe(starts.includes(size));
    }
  });

  it('says where it stopped, and why', () => {
    const path = write('why.arrows', 6, 3);
    const { offset } = new StreamReader(path).blockOf(3);
    const bytes = fs.readFileSync(path);
    bytes[offset + 300]! ^= 1;
    fs.writeFileSync(path, bytes);
    expect(new StreamReader(path).damage).toMatch(
      new RegExp(
        `^${path}: batch 1 at byte ${offset} is damaged: its CRC-32C is [0-9a-f]{8}, and was [0-9a-f]{8} when it was written; the 3 rows before it are whole$`,
      ),
    );
    fs.writeFileSync(path, bytes.subarray(0, offset + 300));
    expect(new StreamReader(path).damage).toBe(
      `${path}: batch 1 at byte ${offset} is incomplete: the file ends inside it; the 3 rows before it are whole`,
    );
  });

  it('knows its own checksum from the word in a text', () => {
    const tricky = { text: utf8('crc32c:00000000', 'crc32c:') };
    const stream = StreamWriter.create(at('tricky.arrows'), tricky);
    stream.push({ text: 'crc32c:00000000' });
    stream.finish();
    const read = new StreamReader(at('tricky.arrows'));
    expect([read.damage, rowsIn(read.batches())]).toEqual([null, [{ text: 'crc32c:00000000' }]]);
  });

  it('takes in what is appended while it reads', () => {
    const stream = StreamWriter.create(at('live.arrows'), columns, { rows: 5 });
    const read = new StreamReader(at('live.arrows'));
    expect(read.rows).toBe(0);
    for (const row of rows(12)) stream.push(row);
    expect([read.refresh(), read.rows, read.finished]).toEqual([10, 10, false]);
    stream.finish();
    expect([read.refresh(), read.rows, read.finished, read.refresh()]).toEqual([2, 12, true, 0]);
    expect([...read.batches({ from: 10 })].map(({ numRows }) => numRows)).toEqual([2]);
  });

  it('reads batches into one piece of memory for who asks for it', () => {
    const read = new StreamReader(write('borrowed.arrows', 25));
    const seen = [];
    for (const batch of read.batches({ borrowed: true })) seen.push(...rowsIn([batch]));
    expect(seen).toEqual(rows(25));
  });

  it('says that there is no stream', () => {
    expect(() => new StreamReader(at('none.arrows'))).toThrow(/ENOENT/);
    fs.writeFileSync(at('text.arrows'), 'this is no stream');
    expect(() => new StreamReader(at('text.arrows'))).toThrow(
      `${at('text.arrows')} holds no Arrow stream: its schema is damaged: no Arrow message starts there`,
    );
  });
});

const source = (name: string) => new URL(`../../src/tables/${name}`, import.meta.url).href;
const tsx = ['--import', 'tsx', '--input-type=module', '--eval'];

describe('a process that is killed', () => {
  it('leaves every batch that it closed, undamaged', async () => {
    const script = fileURLToPath(new URL('./writes-until-killed.ts', import.meta.url));
    const path = at('killed.arrows');
    const child = spawn(process.execPath, ['--import', 'tsx', script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    let closed = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      closed = Number(`${chunk}`.trim().split('\n').at(-1));
    });
    while (closed < 5000) await sleep(1);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const read = new StreamReader(path);
    expect(read.rows).toBeGreaterThanOrEqual(closed);
    expect(read.finished).toBe(false);
    expect(rowsIn(read.batches())).toEqual(rows(read.rows));
  });
});

describe('a full disk', () => {
  const dirs: string[] = [];
  afterEach(() => {
    for (const dir of dirs.splice(0)) spawnSync('umount', [dir]);
  });

  it.skipIf(!canMount)('cuts the stream back to its last whole batch, and is said in one sentence', () => {
    const dir = at('full');
    fs.mkdirSync(dir);
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', dir]);
    dirs.push(dir);
    const path = `${dir}/x.arrows`;
    const stream = StreamWriter.create(path, columns, { rows: 100 });
    let error: unknown;
    let pushed = 0;
    while (!error && pushed < 100_000) {
      try {
        stream.push(run.row(pushed++));
      } catch (thrown) {
        error = thrown;
      }
    }
    const read = new StreamReader(path);
    expect(`${error}`).toBe(
      `Error: cannot write ${path}: no space left on device (ENOSPC); the ${read.rows} rows written before are kept`,
    );
    expect(() => stream.push(run.row(0))).toThrow(error as Error);
    stream.close();
    expect([read.rows % 100, read.finished, read.damage]).toEqual([0, false, null]);
    expect(read.rows).toBeGreaterThan(0);
    expect(rowsIn(read.batches())).toEqual(rows(read.rows));
    expect(fs.statSync(path).size).toBe(read.end);
  });
});
