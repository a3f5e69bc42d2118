import type { MessagePort } from 'node:worker_threads';

/** Batches that a worker may send before the first of them is received. */
const window = 4;

const [credits, stop] = [0, 1];

/**
 * Memory that both ends of a run share: the credit, which is the number of batches that the worker
 * may still send, and a flag to stop.
 *
 * A worker without credit sleeps, which blocks only its own thread. So sources need no
 * backpressure, and at most `window` batches per worker are in memory.
 */
export class Gate {
  readonly shared: Int32Array<SharedArrayBuffer>;

  constructor(shared = new Int32Array(new SharedArrayBuffer(8)).fill(window, credits, credits + 1)) {
    this.shared = shared;
  }

  /** Waits for a credit and takes it. */
  acquire(): void {
    for (;;) {
      const there = Atomics.load(this.shared, credits);
      if (this.stopped) return;
      if (there === 0) Atomics.wait(this.shared, credits, 0);
      else if (Atomics.compareExchange(this.shared, credits, there, there - 1) === there) return;
    }
  }

  release(): void {
    Atomics.add(this.shared, credits, 1);
    Atomics.notify(this.shared, credits);
  }

  stop(): void {
    Atomics.store(this.shared, stop, 1);
    this.release();
  }

  get stopped(): boolean {
    return Atomics.load(this.shared, stop) === 1;
  }
}

/** Task of a worker: make a stream and send its rows over a port. */
export interface WorkerTask {
  /** Module whose export `name` makes the stream of `argument`. */
  readonly module: string;
  readonly name: string;
  readonly argument: unknown;
  readonly port: MessagePort;
  readonly shared: Int32Array<SharedArrayBuffer>;
  /** Number of rows to skip, because an earlier attempt sent them. */
  readonly skip: number;
}

/** Message from a worker. They come in order: the schema, batches in IPC form, the end. */
export type WorkerMessage =
  | { readonly kind: 'schema' | 'batch'; readonly bytes: Uint8Array }
  | { readonly kind: 'end'; readonly finished: boolean };
