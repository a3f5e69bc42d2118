import { StreamReader } from '../../src/tables/stream-reader.ts';
import { StreamWriter } from '../../src/tables/stream-writer.ts';
import { run } from '../operators/sinks/run.ts';

/** Appends rows to the stream it is told, without end, and says how many are in closed batches. */
const [path = ''] = process.argv.slice(2);
const stream = StreamWriter.create(path, run.columns, { rows: 100 });
const read = new StreamReader(path);
for (let step = 0; ; step++) {
  stream.push(run.row(step));
  if (step % 1000 === 0) {
    read.refresh();
    process.stdout.write(`${read.rows}\n`);
    await new Promise((done) => setImmediate(done));
  }
}
