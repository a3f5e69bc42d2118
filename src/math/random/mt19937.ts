const n = 624;
const m = 397;

/** The next word of the state from the words i, i + 1 and i + m before it. */
const twist = (at: number, next: number, far: number) => {
  const y = (at & 0x80000000) | (next & 0x7fffffff);
  return far ^ (y >>> 1) ^ (-(y & 1) & 0x9908b0df);
};

/**
 * The Mersenne Twister with 32-bit outputs and period 2¹⁹⁹³⁷ − 1, seeded as its authors' `init_genrand` does.
 *
 * @see Matsumoto & Nishimura 1998, ACM TOMACS 8(1), 3–30.
 */
export class MT19937 {
  readonly #state = new Uint32Array(n);
  #position = n;

  /** @param seed The lowest 32 bits count. */
  constructor(seed: number) {
    const state = this.#state;
    state[0] = seed;
    for (let i = 1; i < n; i++) {
      const last = state[i - 1]!;
      state[i] = Math.imul(1812433253, last ^ (last >>> 30)) + i;
    }
  }

  /** The next output: an integer, uniform on 0 … 2³² − 1. */
  next(): number {
    if (this.#position === n) this.#refill();
    let y = this.#state[this.#position++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  #refill(): void {
    const s = this.#state;
    for (let i = 0; i < n - m; i++) s[i] = twist(s[i]!, s[i + 1]!, s[i + m]!);
    for (let i = n - m; i < n - 1; i++) s[i] = twist(s[i]!, s[i + 1]!, s[i + m - n]!);
    s[n - 1] = twist(s[n - 1]!, s[0]!, s[m - 1]!);
    this.#position = 0;
  }
}
