/** Signs of the pre-activations of a layer, compared with those of the last look. */
export interface Look {
  /** Number of signs that differ from the last look; null at the first. */
  readonly change: { readonly switched: number; readonly neurons: number } | null;
  /** Number of neurons that are positive on no sample. */
  readonly dead: number;
  /** Smallest and mean |z|. */
  readonly minMargin: number;
  readonly meanMargin: number;
}

/** Memory of a pattern, as plain data. */
export interface SeenPattern {
  readonly bits: Uint32Array;
  readonly seen: boolean;
  readonly neuronSwitches: Float64Array;
  readonly sampleSwitches: Float64Array;
}

/**
 * Activation pattern A = 1{z > 0} of one layer, n samples by m neurons, followed from look to look.
 *
 * A NaN counts as not positive, and makes the margins NaN.
 */
export class ActivationPattern {
  readonly #n: number;
  readonly #m: number;
  #bits: Uint32Array; //  A of the last look; entry (i, j) is bit i·m + j [⌈n·m/32⌉]
  #spare: Uint32Array; // likewise
  #seen = false;
  readonly #positive: Uint8Array; // 1 if positive on some sample [m]
  readonly #changed: Uint8Array; //  [m]
  /** Number of switches so far of each neuron, over all samples. [m] */
  readonly neuronSwitches: Float64Array;
  /** Number of switches so far on each sample, over all neurons. [n] */
  readonly sampleSwitches: Float64Array;

  constructor(n: number, m: number) {
    this.#n = n;
    this.#m = m;
    this.#bits = new Uint32Array(Math.ceil((n * m) / 32));
    this.#spare = this.#bits.slice();
    this.#positive = new Uint8Array(m);
    this.#changed = new Uint8Array(m);
    this.neuronSwitches = new Float64Array(m);
    this.sampleSwitches = new Float64Array(n);
  }

  /** @param z Pre-activations. [n, m] */
  look(z: Float64Array): Look {
    [this.#bits, this.#spare] = [this.#spare, this.#bits];
    const margins = this.#take(z);
    const change = this.#seen ? this.#compare() : null;
    this.#seen = true;
    let positive = 0;
    for (const one of this.#positive) positive += one;
    return { change, dead: this.#m - positive, ...margins };
  }

  /** Writes A, and sums up |z|. */
  #take(z: Float64Array): Pick<Look, 'minMargin' | 'meanMargin'> {
    const [n, m, A, positive] = [this.#n, this.#m, this.#bits, this.#positive.fill(0)];
    let min = Infinity;
    let sum = 0;
    let word = 0;
    let e = 0;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < m; j++, e++) {
        const value = z[e]!;
        if (value > 0) {
          word |= 1 << (e & 31);
          positive[j] = 1;
        }
        const margin = Math.abs(value);
        min = Math.min(min, margin);
        sum += margin;
        if ((e & 31) === 31) {
          A[e >>> 5] = word;
          word = 0;
        }
      }
    }
    if (e & 31) A[e >>> 5] = word;
    return { minMargin: min, meanMargin: sum / e };
  }

  /** Counts the entries in which A differs from the last look. */
  #compare(): { switched: number; neurons: number } {
    const [m, A, before, changed] = [this.#m, this.#bits, this.#spare, this.#changed.fill(0)];
    let switched = 0;
    for (let w = 0; w < A.length; w++) {
      for (let differ = A[w]! ^ before[w]!; differ !== 0; differ &= differ - 1) {
        const e = 32 * w + 31 - Math.clz32(differ & -differ); // the lowest bit
        const j = e % m;
        switched++;
        changed[j] = 1;
        this.neuronSwitches[j]!++;
        this.sampleSwitches[(e - j) / m]!++;
      }
    }
    let neurons = 0;
    for (const one of changed) neurons += one;
    return { switched, neurons };
  }

  snapshot(): SeenPattern {
    const { neuronSwitches, sampleSwitches } = this;
    return { bits: this.#bits, seen: this.#seen, neuronSwitches, sampleSwitches };
  }

  restore({ bits, seen, neuronSwitches, sampleSwitches }: SeenPattern): void {
    this.#bits.set(bits);
    this.#seen = seen;
    this.neuronSwitches.set(neuronSwitches);
    this.sampleSwitches.set(sampleSwitches);
  }
}
