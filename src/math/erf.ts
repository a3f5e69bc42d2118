import { exp, SPLIT } from './functions.ts';

/*
 * Rational Chebyshev approximations of the error function: W. J. Cody, Math. Comp. 23 (1969)
 * 631–637, with the coefficients of its highest degrees, good to 6·10⁻¹⁹ before rounding.
 */

const SQRT_HALF = Math.SQRT1_2;
/** 1/√π */
const INV_SQRT_PI = 0.5641895835477563;
/** 1/√(2π) */
const INV_SQRT_2PI = 0.3989422804014327;

/** Computes erf(x)/x for |x| ≤ 0.46875 from z = x². */
function erfSmall(z: number): number {
  const p =
    3209.3775891384694 +
    z * (377.485237685302 + z * (113.86415415105016 + z * (3.1611237438705655 + z * 0.18577770618460315)));
  const q = 2844.236833439171 + z * (1282.6165260773723 + z * (244.02463793444417 + z * (23.601290952344122 + z)));
  return p / q;
}

/** Computes exp(x²)·erfc(x) for x ≥ 0.46875. */
function erfcScaled(x: number): number {
  if (x <= 4) {
    const p =
      1230.3393547979972 +
      x *
        (2051.0783778260716 +
          x *
            (1712.0476126340707 +
              x *
                (881.952221241769 +
                  x *
                    (298.6351381974001 +
                      x *
                        (66.11919063714163 +
                          x * (8.883149794388377 + x * (0.5641884969886701 + x * 2.1531153547440383e-8)))))));
    const q =
      1230.3393548037495 +
      x *
        (3439.3676741437216 +
          x *
            (4362.619090143247 +
              x *
                (3290.7992357334597 +
                  x *
                    (1621.3895745666903 +
                      x * (537.1811018620099 + x * (117.6939508913125 + x * (15.744926110709835 + x)))))));
    return p / q;
  }
  const z = 1 / (x * x);
  const p =
    0.0006587491615298378 +
    z *
      (0.016083785148742275 +
        z * (0.12578172611122926 + z * (0.36034489994980445 + z * (0.30532663496123236 + z * 0.016315387137302097))));
  const q =
    0.0023352049762686918 +
    z * (0.06051834131244132 + z * (0.5279051029514285 + z * (1.8729528499234604 + z * (2.568520192289822 + z))));
  return (INV_SQRT_PI - (z * p) / q) / x;
}

/** Computes exp(−c·x²) for c = 1 or ½. Corrects the rounding of x², which would cost x² ulp. */
function gaussian(x: number, c: number): number {
  const y = x * x;
  const s = SPLIT * x;
  const high = s - (s - x);
  const low = x - high;
  const lost = high * high - y + 2 * high * low + low * low; // x² − y, exactly
  const g = exp(-c * y);
  return g - g * (c * lost);
}

/**
 * Computes erf x = 2/√π · ∫₀ˣ exp(−t²) dt, odd to the bit.
 *
 * - error: 3.8 ulp at worst over 120 000 samples (at |x| ≈ 0.47)
 *
 * @example erf(0); // 0; erf(Infinity) is 1
 */
export function erf(x: number): number {
  const t = Math.abs(x);
  if (!(t < 6)) return x > 0 ? 1 : x < 0 ? -1 : NaN; // erfc 6 < 10⁻¹⁶
  if (t <= 0.46875) return x * erfSmall(x * x);
  const y = 1 - gaussian(t, 1) * erfcScaled(t);
  return x < 0 ? -y : y;
}

/**
 * Computes the standard normal density φ(z) = exp(−z²/2)/√(2π).
 *
 * - error: 2.6 ulp at worst over 80 000 samples, |z| ≤ 12
 */
export function normalDensity(z: number): number {
  if (Number.isNaN(z)) return NaN;
  return Math.abs(z) < 40 ? INV_SQRT_2PI * gaussian(z, 0.5) : 0; // φ(40) < 10⁻³⁴⁸
}

/**
 * Computes the standard normal distribution function Φ(z) = ½ erfc(−z/√2), to relative precision
 * also in the lower tail.
 *
 * - error: 6.3 ulp at worst over 160 000 samples, −12 ≤ z ≤ 8 (at z ≈ −4)
 *
 * @example normalDistribution(0); // 0.5
 */
export function normalDistribution(z: number): number {
  const t = Math.abs(z);
  if (!(t < 40)) return z > 0 ? 1 : z < 0 ? 0 : NaN; // Φ(−40) < 10⁻³⁴⁹
  const x = t * SQRT_HALF;
  if (x <= 0.46875) return 0.5 + 0.5 * (z * SQRT_HALF * erfSmall(x * x));
  const tail = 0.5 * (gaussian(t, 0.5) * erfcScaled(x));
  return z < 0 ? tail : 1 - tail;
}
