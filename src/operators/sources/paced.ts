import type { Observer, Subscriber, TeardownLogic } from 'rxjs';

/** Producer of the rows of one subscriber. */
export interface Producer<R> {
  /**
   * Makes the next row and emits it, or completes. A promise means that it has emitted nothing and
   * is to be called again when the promise is settled.
   */
  next(out: Observer<R>): void | Promise<void>;
  /** Takes back what the row that was emitted last had borrowed. */
  release?(): void;
  close?(): void;
}

/** Time in milliseconds that a source works before timers, sockets and Ctrl-C get their turn. */
export const slice = 8;

/** Gate that sources wait at if they are subscribed to now; null: they run on their own. */
let current: Gate | null = null;

/**
 * Gate at which sources wait until a row is asked for.
 *
 * It stands in a variable of this module while `steps` subscribes, and while a source makes a row,
 * so every source that is subscribed to in the meantime finds it: behind any operator, of RxJS too,
 * and in every run of a sweep, which begins while the last row of the run before is handled. A
 * method on Stream would be lost at the first operator of RxJS. A chain that subscribes later, from
 * a timer or a promise, gets a source that runs on its own; its rows queue, and its `state` says
 * that it is over. (`AsyncLocalStorage` would reach those too, but slows every promise of the
 * process on Node 20 and 22.)
 */
export class Gate {
  readonly #waiting = new Set<() => void | Promise<void>>();
  #lent: Producer<never>[] = [];
  #left: Producer<never>[] = [];

  /** Runs `work`; sources that are subscribed to in it wait at this gate. */
  through<T>(work: () => T): T {
    const outer = current;
    current = this;
    try {
      return work();
    } finally {
      current = outer;
    }
  }

  /** Lets a source wait here until it is left. It is closed at the next demand, not before. */
  admit<R>(subscriber: Subscriber<R>, producer: Producer<R>): TeardownLogic {
    const next = () => {
      try {
        producer.release?.();
        return producer.next(subscriber);
      } catch (error) {
        subscriber.error(error);
      }
    };
    this.#waiting.add(next);
    this.#lent.push(producer);
    return () => {
      this.#waiting.delete(next);
      this.#lent = this.#lent.filter((other) => other !== producer);
      this.#left.push(producer);
    };
  }

  /** Takes back what rows have borrowed, and closes the sources that were left. */
  release(): void {
    for (const producer of this.#lent) producer.release?.();
    for (const producer of this.#left.splice(0)) producer.close?.();
  }

  /** Lets the source that has waited longest make a row. Returns false if none waits. */
  next(): boolean | Promise<void> {
    const [next] = this.#waiting;
    if (!next) return false;
    this.#waiting.delete(next);
    this.#waiting.add(next);
    return this.through(next) ?? true;
  }
}

/**
 * Runs a producer: in slices of 8 ms until its subscriber leaves, or a row at a time if that is how
 * they are asked for (`steps`).
 *
 * @example new Stream({ columns }, (subscriber) => paced(subscriber, producer));
 */
export function paced<R>(subscriber: Subscriber<R>, producer: Producer<R>): TeardownLogic {
  if (current) return current.admit(subscriber, producer);
  let turn: NodeJS.Immediate | undefined;
  const work = () => {
    try {
      const until = performance.now() + slice;
      do {
        const waiting = producer.next(subscriber);
        if (waiting) {
          const again = () => subscriber.closed || work();
          waiting.then(again, (error: unknown) => subscriber.error(error));
          return;
        }
        producer.release?.();
      } while (!subscriber.closed && performance.now() < until);
      if (!subscriber.closed) turn = setImmediate(work);
    } catch (error) {
      subscriber.error(error);
    }
  };
  // before the first row, because a synchronous subscriber may leave at it
  subscriber.add(() => {
    clearImmediate(turn);
    producer.close?.();
  });
  work();
}
