import { describe, expect, it } from 'vitest';
import { int32 } from '../../src/columns.ts';
import { JournalWriter, readJournal } from '../../src/store/journal.ts';
import { writeTable } from '../../src/store/tables.ts';
import { run } from '../operators/sinks/run.ts';
import { scratch } from '../operators/sinks/tables.ts';

const at = scratch();

// alone in its file, and so in its process: memory that another test has used and left would be used again
describe('a million rows', () => {
  it('go through journal and tables in less than 50 MB more than a few thousand', () => {
    const { step, loss, drift, sharpness } = run.columns;
    const columns = { step, learningRate: loss, loss, weightNormSq: drift, drift, imbalanceSum: drift, sharpness };
    // one row, set anew, so that what grows is the store and not the rows
    const lists = Float64Array.of(0, 0);
    const row = {
      step: 0,
      learningRate: 0.1,
      loss: 0,
      weightNormSq: lists,
      drift: lists,
      imbalanceSum: lists,
      sharpness: null as number | null,
    };
    let peak = 0;
    const see = () => (peak = Math.max(peak, process.memoryUsage.rss()));
    const pass = (n: number) => {
      const journal = new JournalWriter(at('million.arrows'), columns);
      for (let i = 0; i < n; i++) {
        row.step = i;
        row.loss = Math.sin(i);
        lists[0] = row.loss / 3;
        row.sharpness = i % 50 ? null : row.loss;
        journal.append(row);
        if (i % 1000 === 0) see();
      }
      journal.finish();
      const read = readJournal(at('million.arrows'));
      const parts = function* () {
        for (const batch of read.batches({ borrowed: true })) {
          see();
          yield { batch, constants: { run: 7 } };
        }
      };
      return writeTable(at('million'), 'steps', { run: int32('run'), ...columns }, parts()).rows;
    };
    pass(3000);
    const before = process.memoryUsage.rss();
    peak = 0;
    expect(pass(1_000_000)).toBe(1_000_000);
    expect((peak - before) / 1e6).toBeLessThan(50);
  });
});
