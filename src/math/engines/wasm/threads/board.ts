/** Distance between words on the board, so that each has a cache line of its own. */
const WORD = 32;
const ROUND = 0; //            number of jobs put up so far
const RUN = WORD; //           run that the job belongs to
const JOB = 2 * WORD; //       number of the job
const TEAM = 3 * WORD; //      number of helpers that may take part
const LEFT = 4 * WORD; //      parts not taken yet; below 0, requests in vain
const UNFINISHED = 5 * WORD; // parts not done yet
const MAIL = 6 * WORD; //      notices sent so far
const HELPED = 7 * WORD; //    parts done by helpers
const FAILED = 8 * WORD;
const BYTES = 4 * 9 * WORD;

/**
 * Times that a thread reads a word before it sleeps: about 20 µs, which is what waking it costs.
 */
const LOOKS = 10_000;

/**
 * Board in shared memory. One thread puts up a job in parts, and helpers take parts. The thread
 * takes parts too, and then waits for those that helpers took. It never waits for a helper that has
 * taken none.
 *
 * A thread that holds a part may read the board: no other job is put up before that part is done.
 */
export class Board {
  readonly shared: SharedArrayBuffer;
  readonly #words: Int32Array<SharedArrayBuffer>;

  constructor(shared = new SharedArrayBuffer(BYTES)) {
    this.shared = shared;
    this.#words = new Int32Array(shared);
  }

  /** Puts up a job. LEFT is stored last, because it lets helpers take parts. */
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

  /** Takes a part, and returns its number, or −1 if none is left. */
  take(): number {
    return Math.max(-1, Atomics.sub(this.#words, LEFT, 1) - 1);
  }

  /** Notes that a part is done. */
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

  /** Waits until the word is not `value`. */
  #wait(word: number, value: number): void {
    for (let i = 0; i < LOOKS; i++) if (this.#load(word) !== value) return;
    while (this.#load(word) === value) Atomics.wait(this.#words, word, value);
  }
}
