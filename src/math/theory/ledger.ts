import type { Laws } from './laws.ts';

/*
 * The ledger of a run is the sum over its steps of what each did to the laws. An entry holds the
 * forms B of one row: of its parameters θ, its gradient g and the step D that follows. Posting adds
 * the entry's first order 2B(θ, D) and second order B(D, D) to running sums; a balance compares
 * their sum with the drift.
 */

/** Entry of one row: values of the form B, each of `laws.size` numbers. */
export interface Entry {
  readonly C: Float64Array; //       B(θ, θ)
  readonly delta: Float64Array; //   B(g, g)
  readonly A: Float64Array; //       B(θ, g)
  readonly thetaD: Float64Array; //  B(θ, D)
  readonly DD: Float64Array; //      B(D, D)
}

/** Balance at a row, one number per law. */
export interface Balance {
  readonly conservation: Float64Array;
  readonly drift: Float64Array;
  readonly imbalanceSum: Float64Array;
  readonly firstOrder: Float64Array;
  readonly secondOrder: Float64Array;
  readonly residual: Float64Array;
  readonly symmetry: Float64Array;
}

/**
 * Ledger of the conservation laws over a run: every step D changes C by exactly 2B(θ, D) + B(D, D).
 *
 * A balance describes the parameters *before* the step that is posted with it. Sums are compensated
 * (Neumaier 1974), so their rounding stays at a few units of the last place of Σ|terms| over any
 * number of steps.
 */
export class Ledger {
  readonly laws: Laws;
  readonly entry: Entry;
  readonly #entries: boolean; // true if every law is one entry of B
  #C0: Float64Array | undefined;
  #S: CompensatedSums;
  #first: CompensatedSums;
  #second: CompensatedSums;

  constructor(laws: Laws) {
    this.laws = laws;
    this.#entries = laws.ranges.every(([, , as]) => as === 'entry');
    const make = () => new Float64Array(laws.size);
    this.entry = { C: make(), delta: make(), A: make(), thetaD: make(), DD: make() };
    this.#S = new CompensatedSums(laws.size);
    this.#first = new CompensatedSums(laws.size);
    this.#second = new CompensatedSums(laws.size);
  }

  /** Returns the balance at the parameters of `entry`, then posts its step. */
  post(): Balance {
    const { C, delta, A, thetaD, DD } = this.entry;
    const C0 = (this.#C0 ??= C.slice());
    const S = this.#S.values();
    const first = this.#first.values();
    const second = this.#second.values();
    const drift = new Float64Array(C.length);
    const residual = new Float64Array(C.length);
    for (let i = 0; i < C.length; i++) {
      drift[i] = C[i]! - C0[i]!;
      residual[i] = drift[i]! - (first[i]! + second[i]!);
      this.#S.add(i, delta[i]!);
      this.#first.add(i, 2 * thetaD[i]!);
      this.#second.add(i, DD[i]!);
    }
    return {
      conservation: this.#perLaw(C.slice()),
      drift: this.#perLaw(drift),
      imbalanceSum: this.#perLaw(S),
      firstOrder: this.#perLaw(first),
      secondOrder: this.#perLaw(second),
      residual: this.#perLaw(residual),
      symmetry: this.#perLaw(A.slice()),
    };
  }

  /** Reduces B to one number per law; it may return `values` itself. */
  #perLaw(values: Float64Array): Float64Array {
    if (this.#entries) return values;
    return Float64Array.from(this.laws.ranges, ([from, to, as]) => {
      if (as === 'entry') return values[from]!;
      let sum = 0;
      for (let i = from; i < to; i++) sum += values[i]! * values[i]!;
      return Math.sqrt(sum);
    });
  }

  snapshot() {
    return { C0: this.#C0, S: this.#S.state, first: this.#first.state, second: this.#second.state };
  }

  restore({ C0, S, first, second }: ReturnType<Ledger['snapshot']>): void {
    this.#C0 = C0;
    this.#S.state.set(S);
    this.#first.state.set(first);
    this.#second.state.set(second);
  }
}

/** Running sums that carry what rounding has dropped. */
class CompensatedSums {
  readonly state: Float64Array; // sums, then what rounding dropped [2·size]
  readonly #size: number;

  constructor(size: number) {
    this.state = new Float64Array(2 * size);
    this.#size = size;
  }

  add(i: number, x: number): void {
    const sum = this.state[i]!;
    const next = sum + x;
    const lost = Math.abs(sum) >= Math.abs(x) ? sum - next + x : x - next + sum;
    this.state[i] = next;
    const at = this.#size + i;
    this.state[at] = this.state[at]! + lost;
  }

  /** A non-finite sum has no remainder to add. */
  values(): Float64Array {
    const out = new Float64Array(this.#size);
    for (let i = 0; i < this.#size; i++) {
      const sum = this.state[i]!;
      out[i] = Number.isFinite(sum) ? sum + this.state[this.#size + i]! : sum;
    }
    return out;
  }
}
