import { type MessagePort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { instantiate } from '../../../kernels/instances.ts';
import type { Memory } from '../../../kernels/kernels.ts';
import { jobNames, type Plan, type Work, workOn } from '../work.ts';
import { Board } from './board.ts';

/** What a helper is started with. */
export interface Start {
  readonly shared: SharedArrayBuffer;
  readonly port: MessagePort;
  readonly index: number;
}

/** What it is told of runs before their first job and after their last. */
export type Message =
  | {
      readonly kind: 'open';
      readonly run: number;
      readonly module: object;
      readonly memory: Memory;
      readonly plan: Plan;
    }
  | { readonly kind: 'close'; readonly run: number };

const { shared, port, index } = workerData as Start;
const board = new Board(shared);
const runs = new Map<number, Work>();

let read = 0;
function readMail(): void {
  if (board.mail === read) return;
  read = board.mail;
  for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) {
    const message: Message = next.message;
    if (message.kind === 'close') runs.delete(message.run);
    else runs.set(message.run, workOn(instantiate(message.module, message.memory), message.plan));
  }
}

/** Does the part of a job that was taken; a run unknown to this thread has been written of. */
function perform(part: number): void {
  if (!runs.has(board.run)) readMail();
  runs.get(board.run)!.jobs[jobNames[board.job]!].perform(part);
  board.help();
}

// never returns to the event loop: ended by whoever started it, or along with the process
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
