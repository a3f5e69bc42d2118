import { depart, type Excursion, excursion } from './divergence.ts';
import type { GradientPair } from './gradient-pair.ts';
import { type RatioHistory, ratioHistory, record, shareWithin } from './history.ts';
import { type Oscillation, oscillate, oscillation } from './oscillation.ts';
import { type EdgeThresholds, thresholds } from './thresholds.ts';
import { follow, type Turning, triggered } from './triggers.ts';

/**
 * What a run does, seen from the edge of stability:
 *
 * - `flow-like`: below the edge, and the sharpness does not rise: steps follow the gradient flow
 * - `progressive sharpening`: below the edge, and it rises
 * - `crossed`: it has come above the edge, and neither hovers there nor has fallen back
 * - `edge of stability`: it hovers at the edge, and the gradient keeps turning round
 * - `catapult`: it was above from the start, and has fallen; over once it is below, or falls no further
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

/** What the detector remembers of a run; plain data. */
export interface Regimes {
  regime: Regime | null;
  crossingStep: number | null;
  onsetStep: number | null;
  hoveringStep: number | null;
  catapultStep: number | null;
  readonly history: RatioHistory;
  readonly turning: Turning;
  readonly excursion: Excursion;
  readonly oscillation: Oscillation;
  rows: number;
  above: boolean;
  hovers: boolean;
  /** Hovers, and the gradient turns round. */
  atEdge: boolean;
  /** Of a run that began above the edge, until it is below: is it up there, or has it fallen? */
  flight: 'up' | 'falling' | null;
  /** The largest ratio of the flight. */
  apex: number;
  /** The smallest, and the step at which it was last undercut. */
  nadir: number;
  nadirStep: number;
}

export const regimesOfRun = (): Regimes => ({
  ...{ regime: null, crossingStep: null, onsetStep: null, hoveringStep: null, catapultStep: null },
  history: ratioHistory(),
  turning: { rising: false, extreme: null },
  excursion: excursion(),
  oscillation: oscillation(),
  ...{ rows: 0, above: false, hovers: false, atEdge: false, flight: null },
  ...{ apex: -Infinity, nadir: Infinity, nadirStep: 0 },
});

/** A row as the detector sees it. */
export interface Evidence {
  readonly step: number;
  readonly loss: number;
  /** λ/edge; null where it is not measured. */
  readonly ratio: number | null;
  readonly gradients: GradientPair;
}

export interface DetectorOptions extends EdgeThresholds {
  /** Is the sharpness measured at all, be it now and then? If not, gradients alone tell. */
  readonly sharpness: boolean;
}

/**
 * Takes the next row in: keeps crossing, onset and hovering apart, each with the step at which it was established, and
 * says which regime the run is in. Every state that a regime is made of has a hysteresis of its own.
 */
export function observe(memory: Regimes, row: Evidence, options: DetectorOptions): void {
  const { step, loss, gradients } = row;
  const ratio = row.ratio !== null && Number.isFinite(row.ratio) ? row.ratio : null;
  const before = memory.excursion.last;
  depart(memory.excursion, loss, memory.flight === 'falling', gradients.normSq === 0);
  const rose = loss - before > thresholds.rise * Math.abs(before);
  const overshot = oscillate(memory.oscillation, gradients, rose, options.window);
  if (overshot) memory.onsetStep ??= step;
  if (options.sharpness) {
    if (ratio !== null) measured(memory, step, ratio, options);
  } else unmeasured(memory, overshot, options);
  if (memory.hovers) memory.hoveringStep ??= step;
  memory.atEdge = memory.hovers && memory.onsetStep !== null && memory.oscillation.on;
  if (memory.atEdge) memory.flight = null;
  memory.regime = regimeOf(memory);
  land(memory, step, ratio, options);
  memory.rows++;
}

/** Takes in a sharpness that was measured. */
function measured(memory: Regimes, step: number, ratio: number, { band, window }: DetectorOptions): void {
  const { history, turning } = memory;
  if (history.count === 0 && ratio > thresholds.above.enter) memory.flight = 'up';
  record(history, step, ratio);
  follow(turning, ratio, thresholds.turn);
  memory.above = triggered(memory.above, ratio, thresholds.above);
  if (memory.above) memory.crossingStep ??= step;
  const { enter, leave } = thresholds.hovers;
  // to pass by the edge slowly, as a run may before its onset, is not to hover there
  memory.hovers =
    memory.onsetStep !== null &&
    (memory.hovers ? shareWithin(history, 2 * band, window) >= leave : shareWithin(history, band, window) >= enter);
  if (!memory.flight) return;
  memory.apex = Math.max(memory.apex, ratio);
  if (ratio <= memory.nadir - thresholds.turn.least) {
    memory.nadir = ratio;
    memory.nadirStep = step;
  }
  const fallen = memory.apex - ratio >= thresholds.turn.relative * memory.apex;
  if (fallen && memory.onsetStep !== null) memory.flight = 'falling';
}

/** The same from gradients alone, at the edge of which s is 2; nothing tells of a crossing before the onset. */
function unmeasured(memory: Regimes, overshot: boolean, { band, window }: DetectorOptions): void {
  const { oscillation, excursion, rows } = memory;
  memory.above = oscillation.quiet !== null && oscillation.quiet < thresholds.calm * window;
  const distance = Math.abs(oscillation.curvature / thresholds.curvatureAtEdge - 1);
  memory.hovers = distance < (memory.hovers ? 2 * band : oscillation.on ? band : 0);
  if (overshot && rows < thresholds.launch && excursion.last > excursion.start!) memory.flight = 'up';
  if (memory.flight && excursion.last < excursion.highest / 2) memory.flight = 'falling';
}

function regimeOf({ excursion, flight, atEdge, above, turning }: Regimes): Regime {
  if (excursion.diverges) return 'divergence';
  if (flight === 'falling') return 'catapult';
  if (atEdge) return 'edge of stability';
  if (above) return 'crossed';
  return turning.rising ? 'progressive sharpening' : 'flow-like';
}

/**
 * Ends a flight, a row late, so that each is seen: one that is below the edge, with the loss below where it began; and one
 * that falls no further, wherever that is.
 */
function land(memory: Regimes, step: number, ratio: number | null, { sharpness, band, window }: DetectorOptions): void {
  const { flight, excursion, oscillation, nadirStep } = memory;
  const now = sharpness ? ratio : oscillation.curvature / thresholds.curvatureAtEdge;
  if (!flight || now === null || excursion.diverges) return;
  const calm = flight === 'falling' && oscillation.quiet! >= thresholds.horizon;
  if ((now <= 1 - band || (calm && now < 1)) && excursion.last <= excursion.start!) {
    if (flight === 'falling') memory.catapultStep ??= step;
    memory.flight = null;
    memory.above = false;
    oscillation.quiet = null;
  } else if (sharpness && flight === 'falling' && step - nadirStep >= window) memory.flight = null;
}
