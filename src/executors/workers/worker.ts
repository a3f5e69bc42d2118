import { lastValueFrom, takeWhile, tap } from 'rxjs';
import { importModule } from '../../pipelines/import-module.ts';
import { isStream } from '../../stream.ts';
import { BatchBuilder } from '../../tables/batch-builder.ts';
import { StreamEncoder } from '../../tables/encoders.ts';
import { messageOf } from '../message-of.ts';
import { Gate, type WorkerMessage, type WorkerTask } from './channel.ts';

/** Time in milliseconds after which a batch is sent even if it is not full. */
const sendAfter = 250;

/**
 * Makes the stream of a task, in a worker thread, and sends its rows as Arrow batches by transfer.
 *
 * @throws {Error} for any value that was thrown: the pool would take a thrown null for success.
 */
export default function work(task: WorkerTask): Promise<void> {
  return send(task).catch((thrown: unknown) => {
    throw thrown instanceof Error ? thrown : new Error(messageOf(thrown));
  });
}

async function send({ module, name, argument, port, shared, skip }: WorkerTask): Promise<void> {
  const make = (await importModule(module))[name];
  if (typeof make !== 'function') throw new TypeError(`workers: ${module} must export a function ${name}`);
  const rows: unknown = await make(argument);
  if (!isStream(rows)) throw new TypeError(`workers: ${name} of ${module} must return a Stream, got ${typeof rows}`);

  const gate = new Gate(shared);
  const builder = new BatchBuilder(rows.columns, { who: name });
  let parts: Uint8Array[] = [];
  const encoder = new StreamEncoder(builder.schema, (bytes) => parts.push(bytes));
  const post = (kind: 'schema' | 'batch') => {
    const bytes = new Uint8Array(Buffer.concat(parts));
    parts = [];
    port.postMessage({ kind, bytes } satisfies WorkerMessage, [bytes.buffer]);
  };
  let last = performance.now();
  const flush = () => {
    last = performance.now();
    if (!builder.length) return;
    encoder.write(builder.take());
    gate.acquire();
    post('batch');
  };

  post('schema');
  let count = 0;
  await lastValueFrom<unknown, undefined>(
    rows.pipe(
      takeWhile(() => !gate.stopped),
      tap((row: unknown) => {
        if (count++ < skip) return;
        builder.push(row);
        if (builder.full || performance.now() - last >= sendAfter) flush();
      }),
    ),
    { defaultValue: undefined },
  ).finally(flush);
  port.postMessage({ kind: 'end', finished: !gate.stopped } satisfies WorkerMessage);
}
