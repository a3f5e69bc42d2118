/**
 * C ← A·Bᵀ, or C ← C + A·Bᵀ if `accumulate`; A [m, k], B [n, k], C [m, n], all row-major.
 *
 * Every entry is one dot product, summed over k from left to right. Tiles of 2 rows of A by 4 rows
 * of B keep eight sums in registers.
 */
export function multiply(
  A: Float64Array,
  B: Float64Array,
  C: Float64Array,
  m: number,
  n: number,
  k: number,
  accumulate = false,
): void {
  let i = 0;
  for (; i + 1 < m; i += 2) {
    const a0 = i * k;
    const a1 = a0 + k;
    let j = 0;
    for (; j + 3 < n; j += 4) {
      const b0 = j * k;
      const b1 = b0 + k;
      const b2 = b1 + k;
      const b3 = b2 + k;
      let c00 = 0;
      let c01 = 0;
      let c02 = 0;
      let c03 = 0;
      let c10 = 0;
      let c11 = 0;
      let c12 = 0;
      let c13 = 0;
      for (let l = 0; l < k; l++) {
        const x0 = A[a0 + l]!;
        const x1 = A[a1 + l]!;
        const y0 = B[b0 + l]!;
        const y1 = B[b1 + l]!;
        const y2 = B[b2 + l]!;
        const y3 = B[b3 + l]!;
        c00 += x0 * y0;
        c01 += x0 * y1;
        c02 += x0 * y2;
        c03 += x0 * y3;
        c10 += x1 * y0;
        c11 += x1 * y1;
        c12 += x1 * y2;
        c13 += x1 * y3;
      }
      const c0 = i * n + j;
      const c1 = c0 + n;
      if (accumulate) {
        C[c0] = C[c0]! + c00;
        C[c0 + 1] = C[c0 + 1]! + c01;
        C[c0 + 2] = C[c0 + 2]! + c02;
        C[c0 + 3] = C[c0 + 3]! + c03;
        C[c1] = C[c1]! + c10;
        C[c1 + 1] = C[c1 + 1]! + c11;
        C[c1 + 2] = C[c1 + 2]! + c12;
        C[c1 + 3] = C[c1 + 3]! + c13;
      } else {
        C[c0] = c00;
        C[c0 + 1] = c01;
        C[c0 + 2] = c02;
        C[c0 + 3] = c03;
        C[c1] = c10;
        C[c1 + 1] = c11;
        C[c1 + 2] = c12;
        C[c1 + 3] = c13;
      }
    }
    for (; j < n; j++) {
      dot(A, B, C, i, j, n, k, accumulate);
      dot(A, B, C, i + 1, j, n, k, accumulate);
    }
  }
  if (i < m) for (let j = 0; j < n; j++) dot(A, B, C, i, j, n, k, accumulate);
}

function dot(
  A: Float64Array,
  B: Float64Array,
  C: Float64Array,
  i: number,
  j: number,
  n: number,
  k: number,
  accumulate: boolean,
): void {
  const a = i * k;
  const b = j * k;
  let sum = 0;
  for (let l = 0; l < k; l++) sum += A[a + l]! * B[b + l]!;
  const c = i * n + j;
  C[c] = accumulate ? C[c]! + sum : sum;
}

/** out [n, m] ← Aᵀ; A [m, n] begins at `offset`. */
export function transpose(A: Float64Array, out: Float64Array, m: number, n: number, offset = 0): Float64Array {
  for (let i = 0; i < m; i++) {
    const row = offset + i * n;
    for (let j = 0; j < n; j++) out[j * m + i] = A[row + j]!;
  }
  return out;
}

/** Adds b [n] to each row of C [m, n]. */
export function addToRows(C: Float64Array, b: Float64Array, m: number, n: number): void {
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) C[i * n + j] = C[i * n + j]! + b[j]!;
}

/** out [n] ← sum of the rows of C [m, n]. */
export function sumRows(C: Float64Array, out: Float64Array, m: number, n: number): void {
  out.fill(0);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) out[j] = out[j]! + C[i * n + j]!;
}
