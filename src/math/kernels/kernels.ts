/** A WebAssembly.Memory. */
export interface Memory {
  readonly buffer: ArrayBufferLike;
  grow(pages: number): number;
}

/** What assembly/index.ts exports; pointers are bytes, sizes counts of rows and columns. */
export interface Kernels {
  readonly memory: Memory;
  /** The first byte that is free. */
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
