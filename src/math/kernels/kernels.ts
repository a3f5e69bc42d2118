/** First address for data of a run. The module's own data end below it, at `base`. */
export const START = 4096;

/** WebAssembly.Memory. */
export interface Memory {
  readonly buffer: ArrayBufferLike;
  grow(pages: number): number;
}

/**
 * Exports of assembly/index.ts. Pointers and distances are in bytes, sizes in rows and columns.
 * `engines/wasm/workspace.ts` explains panels, tiles and other words.
 */
export interface Kernels {
  readonly memory: Memory;
  /** Returns the address of the first free byte. */
  base(): number;
  packColumns(W: number, B: number, outs: number, ins: number): void;
  packRows(W: number, B: number, outs: number, ins: number): void;
  times(
    A: number,
    aPanel: number,
    B: number,
    C: number,
    cPanel: number,
    rows: number,
    k: number,
    cols: number,
    start: number,
    bias: number,
    finish: number,
    M: number,
  ): void;
  outer(
    A: number,
    aPanel: number,
    B: number,
    bPanel: number,
    G: number,
    rows: number,
    outs: number,
    ins: number,
    add: boolean,
  ): void;
  columnSums(A: number, panel: number, out: number, rows: number, cols: number, add: boolean): void;
  add(A: number, out: number, n: number): void;
  norms(w: number, g: number, n: number, out: number): void;
  activate(
    kind: number,
    left: number,
    Z: number,
    H: number,
    S: number,
    rows: number,
    cols: number,
    panel: number,
  ): void;
  curve(
    kind: number,
    Z: number,
    H: number,
    S: number,
    B: number,
    K: number,
    rows: number,
    cols: number,
    panel: number,
  ): void;
  scale(A: number, S: number, out: number, rows: number, cols: number, panel: number): void;
  addProduct(R: number, S: number, K: number, Z: number, rows: number, cols: number, panel: number): void;
  mse(F: number, Y: number, D: number, rows: number, k: number, panel: number, c: number): number;
  mseHessian(U: number, D: number, rows: number, k: number, panel: number, c: number): void;
  crossEntropy(
    F: number,
    labels: number,
    P: number,
    D: number,
    rows: number,
    k: number,
    panel: number,
    n: number,
  ): number;
  crossEntropyHessian(U: number, P: number, D: number, rows: number, k: number, panel: number, n: number): void;
  inner(w: number, Q: number, count: number, stride: number, out: number): void;
  combine(s: number, Q: number, count: number, stride: number, out: number): void;
  project(w: number, Q: number, count: number, stride: number, sums: number): void;
}
