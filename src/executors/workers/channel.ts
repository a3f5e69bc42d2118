import type { MessagePort } from 'node:worker_threads';

/** Batches that a worker may send ahead of what has been taken in. */
const window = 4;

const [credits, stop] = [0, 1];

/**
 * What the two ends of a run share: how many more batches may be sent, and whether to stop.
 *
 * A worker without credit sleeps on it, which blocks its thread and nothing else, so a source needs to know nothing of
 * backpressure; memory is bounded by `window` batches a worker.
 */
export class Gate {
  readonly shared: Int32Array<SharedArrayBuffer>;

  constructor(shared = new Int32Array(new SharedArrayBuffer(8)).fill(window, credits, credits + 1)) {
    this.shared = shared;
  }

  /** Takes one credit, waiting for it if need be. */
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

/** What a worker is told: which export of which module makes the stream, of what, and where its rows go. */
export interface Task {
  readonly module: string;
  readonly name: string;
  readonly argument: unknown;
  readonly port: MessagePort;
  readonly shared: Int32Array<SharedArrayBuffer>;
  /** Rows to leave out: those that an attempt before this one delivered. */
  readonly skip: number;
}

/** What comes back over the port, in order: the schema, batches in IPC form, and the end. */
export type Message =
  | { readonly kind: 'schema' | 'batch'; readonly bytes: Uint8Array }
  | { readonly kind: 'end'; readonly finished: boolean };
