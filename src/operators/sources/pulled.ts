import type { Observable, Subscription } from 'rxjs';
import { Gate } from './paced.ts';

/** Subscription whose rows are made when they are asked for, and the rows not yet taken. */
class Pulled<R> {
  readonly #run: Observable<R>;
  readonly #gate = new Gate();
  readonly #rows: R[] = [];
  #subscription: Subscription | undefined;
  #failure: { readonly error: unknown } | undefined;
  #isOver = false;
  #hasLeft = false;
  #wake = () => {};

  constructor(run: Observable<R>) {
    this.#run = run;
  }

  /** True if no row comes any more, and the run has no error to throw. */
  get isOver(): boolean {
    return this.#hasLeft || (this.#isOver && !this.#rows.length && !this.#failure);
  }

  /** True if there is no row to take, and one may come. */
  get needsRow(): boolean {
    return !(this.#rows.length || this.#isOver || this.#hasLeft);
  }

  /** Makes a step. Returns a promise if there is something to wait for before the next. */
  advance(): Promise<void> | undefined {
    if (!this.#subscription) this.#gate.through(() => this.#subscribe());
    else {
      const made = this.#gate.next();
      if (made instanceof Promise) return made;
      // no source waits here: a row comes by itself
      if (!made) return new Promise((wake) => (this.#wake = wake));
    }
    return undefined;
  }

  /** Takes a row. @throws the error of the run, if it came after the last row. */
  take(): R {
    if (!this.#rows.length && this.#failure) throw this.#failure.error;
    return this.#rows.shift()!;
  }

  /** Takes back what rows have borrowed, if all rows of this step were taken. */
  release(): void {
    if (!this.#rows.length || this.#hasLeft) this.#gate.release();
  }

  /** Ends the subscription. What the last row has borrowed stays until {@link release}. */
  leave(): void {
    this.#hasLeft = true;
    this.#subscription?.unsubscribe();
    this.#wake();
  }

  #subscribe(): void {
    const end = (failure?: { readonly error: unknown }) => {
      this.#failure = failure;
      this.#isOver = true;
      this.#wake();
    };
    this.#subscription = this.#run.subscribe({
      next: (row) => {
        this.#rows.push(row);
        this.#wake();
      },
      error: (error: unknown) => end({ error }),
      complete: () => end(),
    });
  }
}

/**
 * Subscribes to a run whose rows are made when they are asked for; see `Gate`.
 *
 * @example
 * const rows = pulled(run);
 * while (rows.needsRow) await rows.advance();
 * if (!rows.isOver) console.log(rows.take());
 * rows.leave();
 * rows.release();
 */
export const pulled = <R>(run: Observable<R>): Pulled<R> => new Pulled(run);
