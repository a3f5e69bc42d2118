import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findJournal, isFinished, JournalWriter, journalPath, readJournal } from '../../src/store/journal.ts';
import { run } from '../operators/sinks/run.ts';
import { rowsIn, scratch } from '../operators/sinks/tables.ts';

const at = scratch();
const { columns, rows } = run;

function journal(key: string, n: number): JournalWriter {
  const writer = new JournalWriter(journalPath(at('out'), key), columns);
  for (const row of rows(n)) writer.append(row);
  return writer;
}

describe('a journal', () => {
  it('lies below the output folder', () => {
    journal('path', 1).close();
    expect(fs.readdirSync(at('out/.runs'))).toContain('path.arrows');
  });

  it('gives back its rows, the first and the last alone, and is finished when it was', () => {
    const writer = journal('whole', 2500);
    expect([writer.rows, isFinished(journalPath(at('out'), 'whole'))]).toEqual([2500, false]);
    writer.finish();
    writer.close();
    const read = readJournal(journalPath(at('out'), 'whole'));
    expect(rowsIn(read.batches())).toEqual(rows(2500));
    expect([...read.batches()].map(({ numRows }) => numRows)).toEqual([1024, 1024, 452]);
    expect([read.row(0), read.row(1024), read.row(-1), read.row(2500)]).toEqual([
      ...[0, 1024, 2499].map(run.row),
      undefined,
    ]);
    expect(isFinished(journalPath(at('out'), 'whole'))).toBe(true);
  });

  it('is not finished if it was closed, is damaged or is not there', () => {
    journal('closed', 3).close();
    expect(isFinished(journalPath(at('out'), 'closed'))).toBe(false);
    expect(isFinished(journalPath(at('out'), 'absent'))).toBe(false);
    journal('damaged', 3).finish();
    const path = journalPath(at('out'), 'damaged');
    const bytes = fs.readFileSync(path);
    bytes[bytes.length - 40]! ^= 4;
    fs.writeFileSync(path, bytes);
    expect(isFinished(path)).toBe(false);
    expect(readJournal(path).damage).toContain('batch 0');
  });

  it('is not taken for the journal of another trajectory that it was copied to', () => {
    journal('one', 3).finish();
    const [one, other] = ['one', 'other'].map((key) => journalPath(at('out'), key));
    fs.copyFileSync(one!, other!);
    expect([one!, other!].map(isFinished)).toEqual([true, false]);
    expect(findJournal(other!)).toBeNull();
    expect(findJournal(one!)!.rows).toBe(3);
    // moved with its folder it stays what it is
    fs.cpSync(at('out'), at('moved'), { recursive: true });
    expect(isFinished(journalPath(at('moved'), 'one'))).toBe(true);
  });

  it('goes on after the rows that shall be kept', () => {
    journal('resumed', 20).close();
    const path = journalPath(at('out'), 'resumed');
    const writer = new JournalWriter(path, columns, { keep: 7 });
    for (const row of rows(30).slice(7)) writer.append(row);
    writer.finish();
    expect(rowsIn(readJournal(path).batches())).toEqual(rows(30));
  });

  it('has on disk what was flushed', () => {
    const writer = journal('flushed', 3);
    writer.flush();
    expect(readJournal(journalPath(at('out'), 'flushed')).rows).toBe(3);
    writer.close();
  });

  it('names itself when it refuses a row', () => {
    const writer = journal('refuses', 0);
    expect(() => writer.append({ step: 1 })).toThrow(/^journal: the columns loss, drift, sharpness were dropped/);
    writer.close();
  });
});
