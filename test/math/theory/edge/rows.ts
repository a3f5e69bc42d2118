import { gradientPair } from '../../../../src/math/theory/edge/gradient-pair.ts';
import { type RegimeMemory, regimesOfRun, updateRegime } from '../../../../src/math/theory/edge/regimes.ts';
import { thresholds } from '../../../../src/math/theory/edge/thresholds.ts';

/** Row of a run; unless given, its loss is 1, its step follows the flow, and its sharpness is not measured. */
export interface Row {
  readonly ratio?: number | null;
  readonly loss?: number;
  readonly s?: number;
  readonly cosine?: number;
  readonly growth?: number;
}

const flow = { s: 0.01, cosine: 0.999 };
export const turning = { s: 2, cosine: -0.999 };

/** Passes rows through the detector, and returns the regime of each and the memory at the end. */
export function through(
  rows: readonly Row[],
  { sharpness = true, band = thresholds.band, window = thresholds.window } = {},
) {
  const memory: RegimeMemory = regimesOfRun();
  const seen = rows.map(({ ratio = null, loss = 1, s = flow.s, cosine = flow.cosine, growth = 0 }, step) => {
    const gradients = { ...gradientPair(), stepCurvature: s, cosine, growth, meaningful: true };
    updateRegime(memory, { step, loss, ratio, gradients }, { sharpness, band, window });
    return memory.regime!;
  });
  return { seen, memory };
}

export const repeat = (n: number, row: (i: number) => Row) => Array.from({ length: n }, (_, i) => row(i));

/** Row at the edge: gradients turn round, and the loss rises and falls. */
export const atEdge = (ratio: number, i: number): Row => ({
  ratio,
  loss: i % 2 ? 1.01 : 1,
  s: i % 2 ? 2.01 : 1.99,
  cosine: -0.99,
});
