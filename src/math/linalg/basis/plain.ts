import type { Basis } from './basis.ts';

/** Basis in arrays, in TypeScript. */
export class PlainBasis implements Basis {
  readonly #d: number;
  #Q: Float64Array[] = []; // [length][d]

  constructor(d: number) {
    this.#d = d;
  }

  get length(): number {
    return this.#Q.length;
  }

  add(q: Float64Array): void {
    this.#Q.push(q.slice());
  }

  at(j: number): Float64Array {
    return this.#Q[j]!.slice();
  }

  inner(w: Float64Array): Float64Array {
    return Float64Array.from(this.#Q, (q) => inner(w, q));
  }

  combine(s: Float64Array, out: Float64Array = new Float64Array(this.#d), from = 0): Float64Array {
    addCombination(out.fill(0), s, this.#Q.slice(from, from + s.length));
    return out;
  }

  project(w: Float64Array): void {
    const whole = this.length - (this.length % 4);
    const less = (Q: readonly Float64Array[]) =>
      addCombination(
        w,
        Q.map((q) => -inner(w, q)),
        Q,
      );
    for (let j = 0; j < whole; j += 4) less(this.#Q.slice(j, j + 4));
    for (let j = whole; j < this.length; j++) less([this.#Q[j]!]);
  }

  clear(): void {
    this.#Q = [];
  }

  [Symbol.dispose](): void {
    this.clear();
  }
}

/** Computes ⟨w, q⟩ in four sums, of the indices i ≡ 0, 1, 2, 3 (mod 4). */
function inner(w: Float64Array, q: Float64Array): number {
  const d = w.length;
  const whole = d - (d % 4);
  const s: [number, number, number, number] = [0, 0, 0, 0];
  for (let i = 0; i < whole; i += 4) {
    s[0] += w[i]! * q[i]!;
    s[1] += w[i + 1]! * q[i + 1]!;
    s[2] += w[i + 2]! * q[i + 2]!;
    s[3] += w[i + 3]! * q[i + 3]!;
  }
  for (let i = whole; i < d; i++) s[i - whole]! += w[i]! * q[i]!;
  return s[0] + s[2] + (s[1] + s[3]);
}

/** out ← out + Σⱼ s[j]·Q[j], four vectors at a time. */
function addCombination(out: Float64Array, s: ArrayLike<number>, Q: readonly Float64Array[]): void {
  const whole = Q.length - (Q.length % 4);
  for (let j = 0; j < whole; j += 4) {
    const [a, b, c, e] = [Q[j]!, Q[j + 1]!, Q[j + 2]!, Q[j + 3]!];
    const [sa, sb, sc, se] = [s[j]!, s[j + 1]!, s[j + 2]!, s[j + 3]!];
    for (let i = 0; i < out.length; i++) out[i]! += sa * a[i]! + sb * b[i]! + (sc * c[i]! + se * e[i]!);
  }
  for (let j = whole; j < Q.length; j++) {
    const [q, c] = [Q[j]!, s[j]!];
    for (let i = 0; i < out.length; i++) out[i]! += c * q[i]!;
  }
}
