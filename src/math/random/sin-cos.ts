/**
 * Lists the coefficients ±1/n! of sin (odd degree) or cos (even degree) but the first, highest
 * power first.
 */
function taylor(degree: number): number[] {
  const terms: number[] = [];
  for (let n = degree; n > 1; n -= 2) {
    let factorial = 1;
    for (let k = 2; k <= n; k++) factorial *= k;
    terms.push((n & 2 ? -1 : 1) / factorial);
  }
  return terms;
}

function polynomial(terms: readonly number[], z: number): number {
  let y = 0;
  for (const term of terms) y = y * z + term;
  return y;
}

// the terms left out are below 2⁻⁵⁶ of the result for |x| ≤ π/4
const sinTerms = taylor(17);
const cosTerms = taylor(18);
// π/2 = high + low; high has 33 bits, so that quadrant · high is exact
const high = 1.5707963267341256;
const low = 6.077100506506192e-11;

/**
 * Computes [sin x, cos x] in float64 for 0 ≤ x ≤ 2π, each within two units of its last place and
 * 2⁻⁸⁵. Math.sin may differ in the last bit between versions of Node.
 */
export function sinCos(x: number): [sin: number, cos: number] {
  const quadrant = Math.round(x / (high + low));
  const f = x - quadrant * high - quadrant * low;
  const z = f * f;
  const s = f + f * (z * polynomial(sinTerms, z));
  const c = 1 + z * polynomial(cosTerms, z);
  switch (quadrant & 3) {
    case 0:
      return [s, c];
    case 1:
      return [c, -s];
    case 2:
      return [-s, -c];
    default:
      return [-c, s];
  }
}
