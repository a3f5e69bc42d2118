/** Words on the board, each on lines of the cache of its own. */
const WORD = 32;
const ROUND = 0; //            jobs put up so far
const RUN = WORD; //           which run the job is of,
const JOB = 2 * WORD; //       which of its jobs it is,
const TEAM = 3 * WORD; //      and how many helpers may take part
const LEFT = 4 * WORD; //      parts that nobody has taken; below 0, how often somebody asked in vain
const UNFINISHED = 5 * WORD; // parts that are not done
const MAIL = 6 * WORD; //      messages sent so far
const HELPED = 7 * WORD; //    parts that helpers have done
const FAILED = 8 * WORD;
const BYTES = 4 * 9 * WORD;

/** How often a thread looks at a word before it sleeps on it: some 20 microseconds, about what waking it costs. */
const LOOKS = 10_000;

/**
 * Where one thread puts up a job in parts, and others come to take them. It takes parts itself and waits for those that
 * others took, so nobody is waited for who has not come yet.
 *
 * What stands on the board may be read by whoever holds a part: the job cannot end, nor another be put up, before it is
 * done.
 */
export class Board {
  readonly shared: SharedArrayBuffer;
  readonly #words: Int32Array<SharedArrayBuffer>;

  constructor(shared = new SharedArrayBuffer(BYTES)) {
    this.shared = shared;
    this.#words = new Int32Array(shared);
  }

  /** Puts up a job: the parts are there to be taken last, when all else can be read. */
  put(run: number, job: number, parts: number, team: number): void {
    const words = this.#words;
    Atomics.store(words, RUN, run);
    Atomics.store(words, JOB, job);
    Atomics.store(words, TEAM, team);
    Atomics.store(words, UNFINISHED, parts);
    Atomics.store(words, LEFT, parts);
    Atomics.add(words, ROUND, 1);
    Atomics.notify(words, ROUND);
  }

  /** A part that is now the caller's to do, or −1. */
  take(): number {
    return Math.max(-1, Atomics.sub(this.#words, LEFT, 1) - 1);
  }

  /** Says that a part is done. */
  done(): void {
    if (Atomics.sub(this.#words, UNFINISHED, 1) === 1) Atomics.notify(this.#words, UNFINISHED);
  }

  /** Waits until all parts are done. */
  join(): void {
    for (let left = this.#load(UNFINISHED); left > 0; left = this.#load(UNFINISHED)) this.#wait(UNFINISHED, left);
  }

  /** Waits for a job after `round`, and returns its number. */
  next(round: number): number {
    this.#wait(ROUND, round);
    return this.#load(ROUND);
  }

  get run(): number {
    return this.#load(RUN);
  }
  get job(): number {
    return this.#load(JOB);
  }
  get team(): number {
    return this.#load(TEAM);
  }
  get mail(): number {
    return this.#load(MAIL);
  }
  get helped(): number {
    return this.#load(HELPED);
  }
  get failed(): boolean {
    return this.#load(FAILED) === 1;
  }

  mailed(): void {
    Atomics.add(this.#words, MAIL, 1);
  }
  help(): void {
    Atomics.add(this.#words, HELPED, 1);
  }
  fail(): void {
    Atomics.store(this.#words, FAILED, 1);
  }

  #load(word: number): number {
    return Atomics.load(this.#words, word);
  }

  /** Returns when the word is no longer `value`. */
  #wait(word: number, value: number): void {
    for (let i = 0; i < LOOKS; i++) if (this.#load(word) !== value) return;
    while (this.#load(word) === value) Atomics.wait(this.#words, word, value);
  }
}
