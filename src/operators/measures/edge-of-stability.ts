import { z } from 'zod';
import { float64, int32, nullable, summarizedBy, utf8, type Values } from '../../columns.ts';
import { forecastCrossing } from '../../math/theory/edge/forecast.ts';
import { gradientPair, pushGradient, sketched } from '../../math/theory/edge/gradient-pair.ts';
import { periods, updatePeriod } from '../../math/theory/edge/period.ts';
import { regimes, regimesOfRun, updateRegime } from '../../math/theory/edge/regimes.ts';
import { thresholds } from '../../math/theory/edge/thresholds.ts';
import { count, fraction } from '../../options.ts';
import type { RunFacts, State } from '../../state.ts';
import type { Adds } from '../transforms/measure.ts';
import { type Operator, operator } from '../transforms/operator.ts';

/** Column of a step at which something was first seen; one value per run. */
const eventStep = (about: string) => summarizedBy('lastMeasured', nullable(int32(about, 'step')));

const interval = 'end of its interval: 90 % on the Chebyshev task, not calibrated elsewhere';

export const columns = {
  edge: float64('largest eigenvalue at which the next step is stable: 2/η for gradient descent', '1/η'),
  stabilityRatio: nullable(float64('λ₁/edge, 1 at the edge; ηλ₁/2 for gradient descent; null if η is 0')),
  stepCurvature: nullable(float64('s = g·(g − g′)/‖g‖², g the gradient of the row before: 2 at the edge')),
  gradientCosine: nullable(float64('cos(g, g′): −1 if each step undoes the last')),
  crossingStep: eventStep('step at which λ₁ was first measured at the edge or above; 0 if the run began there'),
  onsetStep: eventStep('first step at which the loss rose with s > 2'),
  hoveringStep: eventStep('step at which λ₁ was first seen to stay at the edge'),
  catapultStep: eventStep('step at which a run that began above the edge was below it again'),
  regime: utf8(regimes.join(' | '), { summary: 'lastMeasured' }),
  period: int32('period of the oscillation of the gradient: 2, 4 or 8; 0 if there is none', {
    unit: 'step',
    summary: 'lastMeasured',
  }),
  crossingForecast: nullable(
    float64(
      'predicted step at which λ₁ crosses the edge; null below 0.75 of it, before four measurements, and afterwards',
      'step',
    ),
  ),
  crossingForecastLow: nullable(float64(`lower ${interval}`, 'step')),
  crossingForecastHigh: nullable(float64(`upper ${interval}`, 'step')),
};

const options = z.strictObject({
  sharpness: z.boolean().default(true).meta({
    description: 'true: reads the column sharpness of a measure above; false: gradients alone, no Hessian product',
  }),
  band: fraction.default(thresholds.band).meta({
    description: 'bound of |λ₁/edge − 1| of a run that hovers; 0.05 is |ηλ₁ − 2| < 0.1',
  }),
  window: count.default(thresholds.window).meta({
    description: 'steps over which hovering is judged; at least the last five measurements',
  }),
});

interface Row {
  readonly state: State;
  readonly step: number;
  readonly loss: number;
}
type Measured = Row & { readonly sharpness: number | null; readonly sharpnessFresh?: boolean | null };

/**
 * Detects where a run is relative to the edge of stability, and warns before the loss rises.
 *
 *     --{ step: 0, sharpness: 9 }---------------{ step: 850, sharpness: 20.3 }------------|
 *       edgeOfStability()
 *     --{ …, regime: 'flow-like', … }-----------{ …, regime: 'crossed', crossingStep: 850 }--|
 *
 * Three events are told apart, each with the step of its first sight. **Crossing**: λ₁ is first
 * measured above the edge. **Onset**: the loss first rises while s > 2. **Hovering**: |λ₁/edge − 1|
 * < 0.05 in 80 % of the last 200 steps. On the Chebyshev task of Cohen et al. crossing came 111 …
 * 1194 steps before onset on 130 seeds; that lead is the warning.
 *
 * `regime` is one of
 * - `flow-like`: below the edge
 * - `progressive sharpening`: below the edge, and the sharpness rises
 * - `crossed`: above the edge
 * - `edge of stability`: hovers, and four in five steps turn the gradient round
 * - `catapult`: began above the edge, overshot, and falls
 * - `divergence`: the loss climbs beyond ten times the first
 *
 * Each regime is entered at one threshold and left at another, so noise at a threshold does not
 * make it flicker. `thresholds` lists them all.
 *
 * The signals of the gradient need no Hessian product. s = g·(g − g′)/‖g‖² is ηgᵀHg/‖g‖² + O(η²)
 * for gradient descent. It is 2 on an orbit of period 2 for every optimizer, because g′ = −g there.
 *
 * - needs: `state`; every step, so put it above `every`; the column `sharpness`, at any cadence, of
 *   the matrix that `state.edge` is stated for. A lower bound (`sharpnessFresh` false) does not
 *   count
 * - adds:  `edge`, `stabilityRatio`, `stepCurvature`, `gradientCosine`, `crossingStep`,
 *   `onsetStep`, `hoveringStep`, `catapultStep`, `regime`, `period`, `crossingForecast`,
 *   `crossingForecastLow`, `crossingForecastHigh`
 * - cost:  one pass over the gradient and a copy of it
 * - error: a crossing is late by at most one cadence of `sharpness`. In an oscillation of period 2
 *   an odd cadence is late by two, and an even one sees only one of the two phases and may miss it.
 *   The interval of the forecast, made from λ₁ = 0.75 edge up to the crossing, is calibrated to 90
 *   % on the Chebyshev task (see `forecastCrossing`); on other data, networks and losses it holds
 *   less often. Some runs stay above the band, at 1.08 … 1.17 of the edge, with s = 2 and a period
 *   of 2; they count as `crossed` unless `band` is wider
 *
 * @param options.sharpness False: gradients alone. Columns of λ₁ are null, hovering is a mean s
 *   within 0.1 of 2, and no regime is `progressive sharpening`.
 * @param options.band   Bound of |λ₁/edge − 1| of a run that hovers.
 * @param options.window Steps over which hovering is judged.
 * @throws {RangeError} if `band` is not in (0, 1) or `window` not a positive integer; as an error
 *   of the stream, at a row that does not follow the one before. @throws {TypeError} when the chain
 *   is assembled, if the sharpness is that of another matrix than the edge's (`preconditioned` for
 *   Adam and RMSProp), or if steps are made from mini-batches: their edge is compared with
 *   `batchSharpness`, and their noise looks like an overshoot.
 * @example
 * gradientDescent(run)
 *   .pipe(take(6_000), hessian({ every: 25 }), edgeOfStability()).subscribe(console.log);
 * @see Cohen et al. 2021, arXiv:2103.00065; Lewkowycz et al. 2020, arXiv:2003.02218 (catapults);
 *   Damian et al. 2023, arXiv:2209.15594 (self-stabilisation).
 */
export const edgeOfStability = operator(
  'edgeOfStability',
  {
    options,
    columns,
    everyStep: true,
    reads: ({ sharpness }) => ['loss', ...(sharpness ? ['sharpness'] : [])],
    addedBy: { sharpness: 'hessian' },
    needs: ['gradient'],
    check(run, { sharpness }, above) {
      requireEdge(run!, sharpness ? above['sharpness']?.matrix : undefined);
    },
  },
  (settings) => {
    let memory = start();
    const sketch = new Float64Array(sketched);
    return {
      row({ state, step, loss, sharpness: lambda, sharpnessFresh: fresh = true }: Measured) {
        const { gradients, periods, detector } = memory;
        const { edge } = state;
        // at η = 0 the edge is infinite and says nothing about the run
        const known = settings.sharpness && lambda !== null && fresh && edge !== Infinity;
        const ratio = known ? over(lambda, edge) : null;
        pushGradient(gradients, state.gradient, sketch);
        updatePeriod(periods, sketch, gradients.meaningful);
        updateRegime(detector, { step, loss, ratio, gradients }, settings);
        const forecast = ratio !== null && detector.crossingStep === null ? forecastCrossing(detector.history) : null;
        return {
          edge,
          stabilityRatio: ratio,
          stepCurvature: gradients.stepCurvature,
          gradientCosine: gradients.cosine,
          crossingStep: detector.crossingStep,
          onsetStep: detector.onsetStep,
          hoveringStep: detector.hoveringStep,
          catapultStep: detector.catapultStep,
          regime: detector.regime!,
          period: periods.period,
          crossingForecast: forecast?.step ?? null,
          crossingForecastLow: forecast?.low ?? null,
          crossingForecastHigh: forecast?.high ?? null,
        } satisfies Values<typeof columns>;
      },
      snapshot: () => memory,
      restore: (saved: Memory) => void (memory = saved),
    };
  },
) as EdgeOfStability;

/** Type of {@link edgeOfStability}: with `sharpness: false` it reads no column `sharpness`. */
interface EdgeOfStability extends Operator<Measured, typeof columns, typeof options> {
  (given: z.input<typeof options> & { readonly sharpness: false }): Adds<Row, typeof columns>;
  (given?: z.input<typeof options>): Adds<Measured, typeof columns>;
}

/** Checks that the curvature of this matrix may be compared with the edge of the run. */
function requireEdge({ optimizer: { edgeOf } }: RunFacts, matrix: string | undefined): void {
  if (edgeOf === 'batch') {
    throw new TypeError(
      'edgeOfStability: needs steps of the whole gradient, got those of mini-batches, whose edge is not one of λ₁; measure batchSharpness instead',
    );
  }
  // without a preconditioner, the preconditioned Hessian is the Hessian
  if (matrix === undefined || matrix === edgeOf || matrix === 'preconditioned') return;
  throw new TypeError(
    `edgeOfStability: sharpness must be that of the matrix whose edge the optimizer has, ${edgeOf}, got that of ${matrix}; measure it with matrix: '${edgeOf}'`,
  );
}

/** Ratio λ/edge. If decay alone puts the edge below 0: Infinity beyond it, 0 on this side. */
const over = (lambda: number, edge: number): number => {
  if (edge > 0 || Number.isNaN(lambda)) return lambda / edge;
  return lambda > edge ? Infinity : 0;
};

const start = () => ({
  gradients: gradientPair(),
  periods: periods(),
  detector: regimesOfRun(),
});
type Memory = ReturnType<typeof start>;
