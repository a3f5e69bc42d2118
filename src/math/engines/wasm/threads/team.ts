import type * as WorkerThreads from 'node:worker_threads';
import type { Instance } from '../../../kernels/instances.ts';
import { type JobName, jobNames, type Plan, type Work } from '../work.ts';
import { Board } from './board.ts';
import type { Message, Start } from './helper.ts';

/** Absent where there is no Node, so that nothing here is imported there. */
const node = (globalThis as { process?: { getBuiltinModule?(name: string): unknown } }).process?.getBuiltinModule?.(
  'node:worker_threads',
) as typeof WorkerThreads | undefined;

/** Can this runtime share memory between threads? */
export const threaded = node !== undefined && typeof SharedArrayBuffer === 'function';

const entry = import.meta.url.endsWith('.js') ? './helper.js' : './from-source.mjs';

/**
 * The threads that help this one, as many as any run has asked for, and for all of them. They sleep between jobs, keep no
 * process alive, and need not have started when a job is put up.
 */
class Crew {
  readonly board = new Board();
  readonly #helpers: { readonly worker: WorkerThreads.Worker; readonly port: WorkerThreads.MessagePort }[] = [];
  readonly #open = new Map<number, Message>();

  /** Makes the run known to `helpers` helpers at least, of whom those that are missing are started. */
  open(message: Extract<Message, { kind: 'open' }>, helpers: number): void {
    this.#open.set(message.run, message);
    this.#tell(message);
    while (this.#helpers.length < helpers) this.#start(this.#helpers.length);
  }

  close(run: number): void {
    if (this.#open.delete(run)) this.#tell({ kind: 'close', run });
  }

  dismiss(): void {
    for (const { worker } of this.#helpers) void worker.terminate();
  }

  #tell(message: Message): void {
    for (const { port } of this.#helpers) port.postMessage(message);
    this.board.mailed();
  }

  #start(index: number): void {
    const { port1: port, port2 } = new node!.MessageChannel();
    for (const message of this.#open.values()) port.postMessage(message);
    this.board.mailed();
    const workerData: Start = { shared: this.board.shared, port: port2, index };
    const worker = new node!.Worker(new URL(entry, import.meta.url), { workerData, transferList: [port2] });
    // it takes no parts then, and the others do its work
    worker.on('error', () => port.close());
    worker.unref();
    port.unref();
    this.#helpers.push({ worker, port });
  }
}

let crew: Crew | undefined;
let runs = 0;

/** Parts of jobs that helpers have done, in this thread's teams, since the last were dismissed. */
export const helped = (): number => crew?.board.helped ?? 0;

/** One run's share of the threads: does its jobs with as many as it may have. */
export class Team {
  readonly #threads: number;
  readonly #instance: Instance;
  readonly #plan: Plan;
  readonly #work: Work;
  readonly #run = runs++ | 0;
  #crew: Crew | undefined;

  constructor(threads: number, instance: Instance, plan: Plan, work: Work) {
    this.#threads = threads;
    this.#instance = instance;
    this.#plan = plan;
    this.#work = work;
  }

  /** As `work.alone`, to the bit. */
  do(name: JobName): void {
    this.#parts(name);
    if (this.#work.jobs[name].sums) this.#parts('gather');
  }

  /** @param kept Will the memory be used again? If not, who holds it must go, or it would not be freed. */
  close(kept: boolean): void {
    this.#crew?.close(this.#run);
    if (kept || !crew || this.#crew !== crew) return;
    crew.dismiss();
    crew = undefined;
  }

  #parts(name: JobName): void {
    const { parts, perform } = this.#work.jobs[name];
    const { board } = this.#join();
    board.put(this.#run, jobNames.indexOf(name), parts, this.#threads - 1);
    for (let part = board.take(); part >= 0; part = board.take()) {
      perform(part);
      board.done();
    }
    board.join();
    if (board.failed) throw new Error('wasm: a thread failed');
  }

  #join(): Crew {
    if (crew && this.#crew === crew) return crew;
    this.#crew = crew ??= new Crew();
    const { module, memory } = this.#instance;
    crew.open({ kind: 'open', run: this.#run, module, memory, plan: this.#plan }, this.#threads - 1);
    return crew;
  }
}
