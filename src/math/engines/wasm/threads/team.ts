import type * as WorkerThreads from 'node:worker_threads';
import type { Instance } from '../../../kernels/instances.ts';
import { type JobName, jobNames, type Plan, type Work } from '../work.ts';
import { Board } from './board.ts';
import type { HelperData, RunNotice } from './helper.ts';

/** Worker threads of Node; undefined in other runtimes, which then import nothing here. */
const node = (globalThis as { process?: { getBuiltinModule?(name: string): unknown } }).process?.getBuiltinModule?.(
  'node:worker_threads',
) as typeof WorkerThreads | undefined;

/** true if this runtime can share memory between threads. */
export const threaded = node !== undefined && typeof SharedArrayBuffer === 'function';

const entry = import.meta.url.endsWith('.js') ? './helper.js' : './from-source.mjs';

/**
 * Crew: the helpers of this thread, which are worker threads that all of its runs share. There are
 * as many as the largest number that a run has asked for. They sleep between jobs, keep no process
 * alive, and need not have started when a job is put on the board.
 */
class Crew {
  readonly board = new Board();
  readonly #helpers: { readonly worker: WorkerThreads.Worker; readonly port: WorkerThreads.MessagePort }[] = [];
  readonly #open = new Map<number, RunNotice>();

  /** Announces a run to all helpers, and starts helpers until there are `helpers`. */
  open(notice: Extract<RunNotice, { kind: 'open' }>, helpers: number): void {
    this.#open.set(notice.run, notice);
    this.#tell(notice);
    while (this.#helpers.length < helpers) this.#start(this.#helpers.length);
  }

  close(run: number): void {
    if (this.#open.delete(run)) this.#tell({ kind: 'close', run });
  }

  dismiss(): void {
    for (const { worker } of this.#helpers) void worker.terminate();
  }

  #tell(notice: RunNotice): void {
    for (const { port } of this.#helpers) port.postMessage(notice);
    this.board.mailed();
  }

  #start(index: number): void {
    const { port1: port, port2 } = new node!.MessageChannel();
    for (const notice of this.#open.values()) port.postMessage(notice);
    this.board.mailed();
    const workerData: HelperData = { shared: this.board.shared, port: port2, index };
    const worker = new node!.Worker(new URL(entry, import.meta.url), { workerData, transferList: [port2] });
    // a helper that failed takes no more parts, and the others do its work
    worker.on('error', () => port.close());
    worker.unref();
    port.unref();
    this.#helpers.push({ worker, port });
  }
}

let crew: Crew | undefined;
let runs = 0;

/** Returns the number of parts that this thread's crew has done. */
export const helped = (): number => crew?.board.helped ?? 0;

/** Team of one run: this thread and as many helpers of the crew as the run may use. */
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

  /** Performs a job, with the same bits as `work.alone`. */
  do(name: JobName): void {
    this.#parts(name);
    if (this.#work.jobs[name].sums) this.#parts('gather');
  }

  /**
   * @param kept false if the memory will not be used again. The crew, which holds it, must then
   * end.
   */
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
