import { type LossBlowUp, lossBlowUp, updateDivergence } from './divergence.ts';
import type { GradientPair } from './gradient-pair.ts';
import { type RatioHistory, ratioHistory, recordRatio, shareWithin } from './history.ts';
import { type Oscillation, oscillation, updateOscillation } from './oscillation.ts';
import { type EdgeThresholds, thresholds } from './thresholds.ts';
import { type Trend, triggered, updateTrend } from './triggers.ts';

/*
 * Detector of the regime of a run at each row: it compares λ/edge with 1, the edge of stability.
 *
 * A row updates three states, each in a file of its own: whether the loss diverges (divergence.ts),
 * whether the gradient oscillates (oscillation.ts), and the ratios λ/edge so far (history.ts,
 * triggers.ts). `regimeOf` reads the regime off these. `thresholds.ts` has the numbers and a
 * glossary of the words.
 */

/**
 * Regimes of a run relative to the edge of stability:
 *
 * - `flow-like`: below the edge, and the sharpness does not rise; steps follow the gradient flow
 * - `progressive sharpening`: below the edge, and the sharpness rises
 * - `crossed`: above the edge, and neither hovers there nor has fallen back
 * - `edge of stability`: hovers at the edge, and the gradient keeps turning round
 * - `catapult`: began above the edge, and the sharpness falls, until it is below or falls no
 *   further
 * - `divergence`: the loss runs away
 */
export const regimes = [
  'flow-like',
  'progressive sharpening',
  'crossed',
  'edge of stability',
  'catapult',
  'divergence',
] as const;
export type Regime = (typeof regimes)[number];

/** Memory of the detector, as plain data. */
export interface RegimeMemory {
  regime: Regime | null;
  crossingStep: number | null;
  onsetStep: number | null;
  hoveringStep: number | null;
  catapultStep: number | null;
  readonly history: RatioHistory;
  readonly trend: Trend;
  readonly lossBlowUp: LossBlowUp;
  readonly oscillation: Oscillation;
  rows: number;
  above: boolean;
  hovers: boolean;
  /** True while it hovers and the gradient turns round. */
  atEdge: boolean;
  /** Phase of a run that began above the edge, until it is below; null for others. */
  aboveEdgePhase: 'climbing' | 'falling' | null;
  /** Largest ratio of the above-edge phase. */
  peakRatio: number;
  /** Smallest ratio of the phase, and the step at which it was last undercut. */
  lowestRatio: number;
  lowestRatioStep: number;
}

export const regimesOfRun = (): RegimeMemory => ({
  ...{ regime: null, crossingStep: null, onsetStep: null, hoveringStep: null, catapultStep: null },
  history: ratioHistory(),
  trend: { rising: false, extreme: null },
  lossBlowUp: lossBlowUp(),
  oscillation: oscillation(),
  ...{ rows: 0, above: false, hovers: false, atEdge: false, aboveEdgePhase: null },
  ...{ peakRatio: -Infinity, lowestRatio: Infinity, lowestRatioStep: 0 },
});

/** Row as the detector takes it. */
export interface Evidence {
  readonly step: number;
  readonly loss: number;
  /** λ/edge; null if it is not measured. */
  readonly ratio: number | null;
  readonly gradients: GradientPair;
}

export interface DetectorOptions extends EdgeThresholds {
  /** True if the sharpness is measured, if only now and then; false: gradients alone. */
  readonly sharpness: boolean;
}

/**
 * Updates the regime by the next row, and the steps of crossing, onset and hovering. Every state
 * that a regime is made of has a hysteresis of its own.
 */
export function updateRegime(memory: RegimeMemory, row: Evidence, options: DetectorOptions): void {
  const { step, loss, gradients } = row;
  const ratio = row.ratio !== null && Number.isFinite(row.ratio) ? row.ratio : null;
  const before = memory.lossBlowUp.last;
  updateDivergence(memory.lossBlowUp, loss, memory.aboveEdgePhase === 'falling', gradients.normSq === 0);
  const rose = loss - before > thresholds.rise * Math.abs(before);
  const overshot = updateOscillation(memory.oscillation, gradients, rose, options.window);
  if (overshot) memory.onsetStep ??= step;
  if (options.sharpness) {
    if (ratio !== null) updateFromSharpness(memory, step, ratio, options);
  } else updateFromGradients(memory, overshot, options);
  if (memory.hovers) memory.hoveringStep ??= step;
  memory.atEdge = memory.hovers && memory.onsetStep !== null && memory.oscillation.on;
  if (memory.atEdge) memory.aboveEdgePhase = null;
  memory.regime = regimeOf(memory);
  endAboveEdgePhase(memory, step, ratio, options);
  memory.rows++;
}

/** Updates the states by a measured ratio. */
function updateFromSharpness(
  memory: RegimeMemory,
  step: number,
  ratio: number,
  { band, window }: DetectorOptions,
): void {
  const { history, trend } = memory;
  if (history.count === 0 && ratio > thresholds.above.enter) memory.aboveEdgePhase = 'climbing';
  recordRatio(history, step, ratio);
  updateTrend(trend, ratio, thresholds.turn);
  memory.above = triggered(memory.above, ratio, thresholds.above);
  if (memory.above) memory.crossingStep ??= step;
  const { enter, leave } = thresholds.hovers;
  // a run that passes the edge slowly before its onset does not hover there
  memory.hovers =
    memory.onsetStep !== null &&
    (memory.hovers ? shareWithin(history, 2 * band, window) >= leave : shareWithin(history, band, window) >= enter);
  if (!memory.aboveEdgePhase) return;
  memory.peakRatio = Math.max(memory.peakRatio, ratio);
  if (ratio <= memory.lowestRatio - thresholds.turn.least) {
    memory.lowestRatio = ratio;
    memory.lowestRatioStep = step;
  }
  const fallen = memory.peakRatio - ratio >= thresholds.turn.relative * memory.peakRatio;
  if (fallen && memory.onsetStep !== null) memory.aboveEdgePhase = 'falling';
}

/**
 * Updates the states from gradients alone: s is 2 at the edge. A crossing before the onset goes
 * unseen.
 */
function updateFromGradients(memory: RegimeMemory, overshot: boolean, { band, window }: DetectorOptions): void {
  const { oscillation, lossBlowUp, rows } = memory;
  memory.above =
    oscillation.rowsSinceOvershoot !== null &&
    oscillation.rowsSinceOvershoot < thresholds.windowsWithoutOvershoot * window;
  const distance = Math.abs(oscillation.curvature / thresholds.curvatureAtEdge - 1);
  memory.hovers = distance < (memory.hovers ? 2 * band : oscillation.on ? band : 0);
  if (overshot && rows < thresholds.startRows && lossBlowUp.last > lossBlowUp.start!)
    memory.aboveEdgePhase = 'climbing';
  const { last, highest } = lossBlowUp;
  const fallen = last < highest - thresholds.lossFall * Math.abs(highest);
  if (memory.aboveEdgePhase && fallen) memory.aboveEdgePhase = 'falling';
}

function regimeOf({ lossBlowUp, aboveEdgePhase, atEdge, above, trend }: RegimeMemory): Regime {
  if (lossBlowUp.diverges) return 'divergence';
  if (aboveEdgePhase === 'falling') return 'catapult';
  if (atEdge) return 'edge of stability';
  if (above) return 'crossed';
  return trend.rising ? 'progressive sharpening' : 'flow-like';
}

/**
 * Ends the above-edge phase if the run is below the edge with the loss below its first, or if the
 * sharpness falls no further. It ends a row late, so that every phase is seen on a row.
 */
function endAboveEdgePhase(
  memory: RegimeMemory,
  step: number,
  ratio: number | null,
  { sharpness, band, window }: DetectorOptions,
): void {
  const { aboveEdgePhase, lossBlowUp, oscillation, lowestRatioStep } = memory;
  const now = sharpness ? ratio : oscillation.curvature / thresholds.curvatureAtEdge;
  if (!aboveEdgePhase || now === null || lossBlowUp.diverges) return;
  const settled = aboveEdgePhase === 'falling' && oscillation.rowsSinceOvershoot! >= thresholds.horizon;
  if ((now <= 1 - band || (settled && now < 1)) && lossBlowUp.last <= lossBlowUp.start!) {
    if (aboveEdgePhase === 'falling') memory.catapultStep ??= step;
    memory.aboveEdgePhase = null;
    memory.above = false;
    oscillation.rowsSinceOvershoot = null;
  } else if (sharpness && aboveEdgePhase === 'falling' && step - lowestRatioStep >= window)
    memory.aboveEdgePhase = null;
}
