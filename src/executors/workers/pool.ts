import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { type RecordBatch, RecordBatchReader } from 'apache-arrow';
import { Piscina } from 'piscina';
import { Gate, type Message, type Task } from './channel.ts';

/** A stream that a worker can make for itself: an export of a module, and what to call it with. */
export interface Recipe {
  /** URL of the module. */
  readonly module: string;
  /** The export: (argument) => Stream, or a promise of one. */
  readonly name: string;
  /** Plain data that `structuredClone` can copy. */
  readonly argument: unknown;
}

/** Milliseconds that a worker has to end in order when it is told to stop; a step that takes longer is cut off. */
const grace = 2000;

/**
 * Worker threads that each run one stream at a time.
 *
 * Rows come back as Arrow batches by transfer, in order; a worker that is ahead of what has been taken in waits.
 */
export class Workers {
  /** Runs to have begun at a time: one more than threads, so that none of these waits while the end of its last is stored. */
  readonly lanes: number;
  readonly #pool: Piscina;

  constructor(count: number) {
    this.lanes = count + 1;
    const built = import.meta.url.endsWith('.js');
    this.#pool = new Piscina({
      filename: new URL(built ? './worker.js' : './from-source.mjs', import.meta.url).href,
      minThreads: count,
      maxThreads: count,
    });
  }

  /**
   * Runs one recipe and hands over its batches, each before the next is asked for. An attempt that fails in the worker
   * is repeated once and goes on behind the rows that had come, which are the same to the bit.
   *
   * @returns Whether the stream came to its end; false if `signal` stopped it.
   * @throws what the worker threw, the second time; at once what `take` threw.
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
    let receive!: (message: Message) => void;
    const ended = new Promise<boolean>((resolve) => {
      receive = (message: Message) => {
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
    const task: Task = { ...recipe, port: port2, shared: gate.shared, skip };
    try {
      await this.#pool.run(task, { transferList: [port2], signal: kill.signal });
      const finished = await ended;
      if (refused) throw refused;
      return finished;
    } catch (error) {
      // what was sent before the worker failed has arrived, but has not been handed over yet
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

/** What the receiving end threw: the worker is not to blame, and trying again would not help. */
class Refused extends Error {
  constructor(cause: unknown) {
    super('refused', { cause });
  }
}
