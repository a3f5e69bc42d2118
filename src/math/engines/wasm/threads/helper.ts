import { type MessagePort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { instantiate } from '../../../kernels/instances.ts';
import type { Memory } from '../../../kernels/kernels.ts';
import { jobNames, type Plan, type Work, workOn } from '../work.ts';
import { Board } from './board.ts';

/** Data that a helper is started with. */
export interface HelperData {
  readonly shared: SharedArrayBuffer;
  readonly port: MessagePort;
  readonly index: number;
}

/** Notice to helpers that a run was opened, or closed. */
export type RunNotice =
  | {
      readonly kind: 'open';
      readonly run: number;
      readonly module: object;
      readonly memory: Memory;
      readonly plan: Plan;
    }
  | { readonly kind: 'close'; readonly run: number };

const { shared, port, index } = workerData as HelperData;
const board = new Board(shared);
const runs = new Map<number, Work>();

let read = 0;
function readMail(): void {
  if (board.mail === read) return;
  read = board.mail;
  for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) {
    const notice: RunNotice = next.message;
    if (notice.kind === 'close') runs.delete(notice.run);
    else runs.set(notice.run, workOn(instantiate(notice.module, notice.memory), notice.plan));
  }
}

/**
 * Performs a part of the job on the board. If the run is unknown here, its notice is in the mail.
 */
function perform(part: number): void {
  if (!runs.has(board.run)) readMail();
  runs.get(board.run)!.jobs[jobNames[board.job]!].perform(part);
  board.help();
}

// never returns to the event loop: the thread that started it ends it, or the end of the process
for (let round = 0; ; ) {
  round = board.next(round);
  readMail();
  if (index >= board.team) continue;
  for (let part = board.take(); part >= 0; part = board.take()) {
    try {
      perform(part);
    } catch (error) {
      board.fail();
      throw error;
    } finally {
      board.done();
    }
  }
}
