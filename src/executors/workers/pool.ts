import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { type RecordBatch, RecordBatchReader } from 'apache-arrow';
import { Piscina } from 'piscina';
import { Gate, type WorkerMessage, type WorkerTask } from './channel.ts';

/** Recipe of a stream that a worker can make: an export of a module and its argument. */
export interface Recipe {
  /** URL of the module. */
  readonly module: string;
  /** Name of the export: (argument) => Stream, or a promise of one. */
  readonly name: string;
  /** Plain data that `structuredClone` can copy. */
  readonly argument: unknown;
}

/** Time in milliseconds that a worker has to stop between two rows, before its thread is killed. */
const grace = 2000;

/**
 * Pool of worker threads that each run one stream at a time.
 *
 * Rows come back in order, as Arrow batches that are transferred, not copied. A worker that is
 * ahead of the receiver waits.
 */
export class Workers {
  /**
   * Runs to start at a time: one more than there are threads, so a thread is not idle while its
   * last run is being stored.
   */
  readonly concurrency: number;
  readonly #pool: Piscina;

  constructor(count: number) {
    this.concurrency = count + 1;
    const built = import.meta.url.endsWith('.js');
    this.#pool = new Piscina({
      filename: new URL(built ? './worker.js' : './from-source.mjs', import.meta.url).href,
      minThreads: count,
      maxThreads: count,
    });
  }

  /**
   * Runs one recipe and hands its batches to `take`, one after the other. If the worker fails, a
   * second attempt skips the rows that had come, which are the same to the bit.
   *
   * @returns false if `signal` stopped the stream before its end.
   * @throws the error of the second attempt, or of `take`, after which there is no second attempt.
   */
  async run(recipe: Recipe, signal: AbortSignal, take: (batch: RecordBatch) => void): Promise<boolean> {
    let rows = 0;
    const count = (batch: RecordBatch) => {
      take(batch);
      rows += batch.numRows;
    };
    try {
      return await this.#attempt(recipe, 0, signal, count);
    } catch (error) {
      if (error instanceof Refused) throw error.cause;
      if (signal.aborted) return false;
      return this.#attempt(recipe, rows, signal, count).catch((again) => {
        throw again instanceof Refused ? again.cause : again;
      });
    }
  }

  async #attempt(recipe: Recipe, skip: number, signal: AbortSignal, take: (batch: RecordBatch) => void) {
    const { port1: port, port2 } = new MessageChannel();
    const gate = new Gate();
    const kill = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const stop = () => {
      gate.stop();
      timer ??= setTimeout(() => kill.abort(), grace).unref();
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
    let schema: Uint8Array | undefined;
    let refused: Refused | undefined;
    let receive!: (message: WorkerMessage) => void;
    const ended = new Promise<boolean>((resolve) => {
      receive = (message: WorkerMessage) => {
        if (message.kind === 'end') return resolve(message.finished);
        if (message.kind === 'schema') return void (schema = message.bytes);
        try {
          if (!refused) for (const batch of RecordBatchReader.from([schema!, message.bytes])) take(batch);
        } catch (error) {
          refused = new Refused(error);
          stop();
        }
        gate.release();
      };
      port.on('message', receive);
    });
    const task: WorkerTask = { ...recipe, port: port2, shared: gate.shared, skip };
    try {
      await this.#pool.run(task, { transferList: [port2], signal: kill.signal });
      const finished = await ended;
      if (refused) throw refused;
      return finished;
    } catch (error) {
      // receive the messages that were sent before the worker failed
      for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) receive(next.message);
      if (refused) throw refused;
      if (kill.signal.aborted) return false;
      throw error;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      port.close();
    }
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }
}

/** Error of the receiving end. The worker did not fail, so another attempt would not help. */
class Refused extends Error {
  constructor(cause: unknown) {
    super('refused', { cause });
  }
}
