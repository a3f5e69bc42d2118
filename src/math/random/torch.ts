import { mersenne } from 'pure-rand/generator/mersenne';
import { log1p } from '../functions.ts';
import { fma, log, sinCos as sinCos32 } from './float32.ts';
import type { Random } from './random.ts';
import { sinCos } from './sin-cos.ts';

const { fround } = Math;
const twoPi = 2 * Math.PI;

/**
 * Draws what PyTorch's CPU generator draws after `torch.manual_seed(seed)`, call after call and bit
 * for bit, in float32: `uniform` is `empty(size).uniform_(low, high)`, `normal` is `randn(size)`,
 * `permutation` is `randperm(n)`, `norm` is `row.norm()` along a contiguous last dimension.
 *
 * `normal(20)` is not `normal(10)` twice, because PyTorch draws 16 numbers and more in another way.
 *
 * @param seed 0 … 2³² − 1.
 * @throws {RangeError} if `seed` is not one of these.
 * @example torchRandom(42).normal(3); // [0.3367, 0.1288, 0.2345], as torch.randn(3) after seed 42
 * @see PyTorch 1.13, aten/src/ATen/native/cpu/DistributionTemplates.h, on x86 with AVX2 and FMA.
 */
export function torchRandom(seed: number): Random {
  if (!(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32)) {
    throw new RangeError(`torchRandom: seed must be an integer from 0 to 4294967295, got ${seed}`);
  }
  const generator = mersenne(seed); // MT19937, whose words come as signed integers
  const unit32 = () => (generator.next() & 0xffffff) * 2 ** -24;
  const unit64 = () => {
    const high = generator.next() & 0x1fffff;
    return (high * 2 ** 32 + (generator.next() >>> 0)) * 2 ** -53;
  };

  let spare: number | undefined; // second number of a pair, for the next call
  const single = () => {
    if (spare !== undefined) {
      const kept = spare;
      spare = undefined;
      return kept;
    }
    const angle = twoPi * unit64();
    const radius = Math.sqrt(-2 * log1p(-unit64()));
    const [sin, cos] = sinCos(angle);
    spare = fround(radius * sin);
    return fround(radius * cos);
  };

  const normal = (size: number) => {
    const values = new Float64Array(size); // [size]
    if (size < 16) return values.map(single);
    for (let i = 0; i < size; i++) values[i] = unit32();
    for (let i = 0; i + 16 <= size; i += 16) boxMuller(values.subarray(i, i + 16));
    if (size % 16 !== 0) boxMuller(values.subarray(size - 16).map(unit32), values.subarray(size - 16));
    return values;
  };

  return {
    uniform(size, low = 0, high = 1) {
      const from = fround(low);
      const range = fround(fround(high) - from);
      return new Float64Array(size).map(() => fma(unit32(), range, from)); // [size]
    },
    normal,
    permutation(n) {
      const order = new Int32Array(n).map((_, i) => i); // [n]
      for (let i = 0; i < n - 1; i++) {
        const j = i + ((generator.next() >>> 0) % (n - i));
        [order[i], order[j]] = [order[j]!, order[i]!];
      }
      return order;
    },
    round: fround,
    norm,
  };
}

/** Turns 16 uniforms into 16 normals; numbers i and i + 8 make a pair. */
function boxMuller(uniforms: Float64Array, out = uniforms): void {
  for (let j = 0; j < 8; j++) {
    const radius = fround(Math.sqrt(-2 * log(1 - uniforms[j]!)));
    const [sin, cos] = sinCos32(fround(fround(twoPi) * uniforms[j + 8]!));
    out[j] = fround(radius * cos);
    out[j + 8] = fround(radius * sin);
  }
}

/**
 * Sums squares in eight lanes, then the rest one by one. The first four of a rest of four or more
 * are not fused.
 *
 * This is the order of the build of PyTorch 1.13 that made the reference. The wheel of 1.13.1 fuses
 * all of the rest, and that of 2.15 sums in another order: there the norm, and the centres divided
 * by it, may differ in the last place.
 */
function norm(row: Float64Array): number {
  const lanes = new Float64Array(8); // [8]
  const whole = row.length - (row.length % 8);
  for (let i = 0; i < whole; i++) lanes[i % 8] = fma(row[i]!, row[i]!, lanes[i % 8]!);
  let sum = lanes.reduce((total, lane) => fround(total + lane));
  const unfused = row.length - (row.length % 4);
  for (let i = whole; i < row.length; i++) {
    const x = row[i]!;
    sum = i < unfused ? fround(sum + fround(x * x)) : fma(x, x, sum);
  }
  return fround(Math.sqrt(sum));
}
