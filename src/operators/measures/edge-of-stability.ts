import { z } from 'zod';
import { float64, int32, nullable, ofRun, utf8, type Values } from '../../columns.ts';
import { forecastCrossing } from '../../math/theory/edge/forecast.ts';
import { follows, gradientPair, sketched } from '../../math/theory/edge/gradient-pair.ts';
import { periods, recur } from '../../math/theory/edge/period.ts';
import { observe, regimes, regimesOfRun } from '../../math/theory/edge/regimes.ts';
import { thresholds } from '../../math/theory/edge/thresholds.ts';
import { count, fraction } from '../../options.ts';
import { requireNeeds } from '../../requirements.ts';
import type { RunFacts, State } from '../../state.ts';
import type { Adds } from '../transforms/derive.ts';
import { requireNextStep } from '../transforms/measure.ts';
import { type Operator, operator } from '../transforms/operator.ts';

const fact = (about: string) => ofRun(nullable(int32(about, 'step')));

const interval = 'end of its interval, of 90 % on the Chebyshev task; elsewhere it is not calibrated';

export const columns = {
  edge: float64('largest eigenvalue that the next step is stable under: 2/η for gradient descent', '1/η'),
  stabilityRatio: nullable(float64('λ₁/edge, 1 at the edge; of gradient descent ηλ₁/2; null where η is 0')),
  stepCurvature: nullable(float64('s = g·(g − g′)/‖g‖², g the gradient of the row before: 2 at the edge')),
  gradientCosine: nullable(float64('cos(g, g′): −1 where each step undoes the last')),
  crossingStep: fact('step at which λ₁ was first measured at the edge or above; 0 where the run began there'),
  onsetStep: fact('first step at which the loss rose with s > 2'),
  hoveringStep: fact('step at which λ₁ was first seen to stay at the edge'),
  catapultStep: fact('step at which a run that began above the edge was below it again'),
  regime: ofRun(utf8(regimes.join(' | '))),
  period: ofRun(int32('period of the oscillation of the gradient: 2, 4 or 8; 0 where there is none', 'step')),
  crossingForecast: nullable(
    float64(
      'step at which λ₁ is to cross the edge; null below 0.75 of it, before the fourth measurement, and afterwards',
      'step',
    ),
  ),
  crossingForecastLow: nullable(float64(`lower ${interval}`, 'step')),
  crossingForecastHigh: nullable(float64(`upper ${interval}`, 'step')),
};

const options = z.strictObject({
  sharpness: z.boolean().default(true).meta({
    description: 'read the column sharpness of a measure above; false: by gradients alone, without a Hessian product',
  }),
  band: fraction.default(thresholds.band).meta({
    description: '|λ₁/edge − 1| of a run that hovers; 0.05 is |ηλ₁ − 2| < 0.1',
  }),
  window: count.default(thresholds.window).meta({
    description: 'steps over which hovering is judged, or the last five measurements where those are more',
  }),
});

interface Row {
  readonly state: State;
  readonly step: number;
  readonly loss: number;
}
type Measured = Row & { readonly sharpness: number | null; readonly sharpnessFresh?: boolean | null };

/**
 * Says where a run is with respect to the edge of stability, and warns of it before the loss does.
 *
 *     --{ step: 0, sharpness: 9 }---------------{ step: 850, sharpness: 20.3 }------------|
 *       edgeOfStability()
 *     --{ …, regime: 'flow-like', … }-----------{ …, regime: 'crossed', crossingStep: 850 }--|
 *
 * Three facts are kept apart, each with the step at which it was established: **crossing**, λ₁ is first measured above
 * the edge; **onset**, the loss first rises while s > 2; **hovering**, |λ₁/edge − 1| < 0.05 in 80 % of the last 200 steps.
 * On the Chebyshev task of Cohen et al. crossing came 111 … 1194 steps before onset on 130 seeds: that lead is the warning.
 *
 * `regime` is `flow-like`, `progressive sharpening` (below the edge; the sharpness rises), `crossed`,
 * `edge of stability` (hovers, and four in five steps turn the gradient round), `catapult` (began above the edge,
 * overshot and falls) or `divergence` (the loss climbs beyond ten times the first). Each is entered at one
 * threshold and left at another, so noise at a threshold does not make them flicker. {@link thresholds} lists them all.
 *
 * The signals of the gradient need no Hessian product. s = g·(g − g′)/‖g‖² is ηgᵀHg/‖g‖² + O(η²) for gradient descent;
 * whatever the optimizer, it is 2 on an orbit of period 2, where g′ = −g.
 *
 * - needs: `state`, every step, so put it above `every`; the column `sharpness`, at any cadence, of the matrix that
 *   `state.edge` is stated for, unless the option says otherwise. A lower bound (`sharpnessFresh` false) is no measurement
 * - adds:  `edge`, `stabilityRatio`, `stepCurvature`, `gradientCosine`, `crossingStep`, `onsetStep`, `hoveringStep`,
 *   `catapultStep`, `regime`, `period`, `crossingForecast`, `crossingForecastLow`, `crossingForecastHigh`
 * - cost:  one pass over the gradient and a copy of it
 * - error: a crossing is late by at most a cadence of `sharpness`; by two in an oscillation of period 2, if the cadence is
 *   odd: an even one sees but one of the two phases, and may miss it for long. The 90 % interval of the forecast is made
 *   from λ₁ = 0.75 edge up to the crossing, and calibrated on the Chebyshev task (see `forecastCrossing`): on other
 *   data, networks and losses it is not, and holds less often.
 *   Some runs go on above the band, as at 1.08 … 1.17 of the edge, with s = 2 and a period of 2: they stay `crossed`
 *   unless `band` is wider
 *
 * @param sharpness False: by gradients alone; what is told by λ₁ is null, hovering is a mean s within 0.1 of 2, and
 *   no regime is `progressive sharpening`.
 * @param band   |λ₁/edge − 1| of a run that hovers.
 * @param window Steps over which hovering is judged.
 * @throws {RangeError} if `band` is not in (0, 1) or `window` no positive integer; as an error of the stream, when a row
 *   comes that does not follow the one before. @throws {TypeError} on assembly, if the sharpness is that of another matrix
 *   than `state.edge` is stated for (Adam's and RMSProp's is `preconditioned`), or steps are made from mini-batches: their
 *   edge is one of `batchSharpness`, and their noise looks like an overshoot.
 * @example
 * gradientDescent(run).pipe(take(6_000), hessian({ every: 25 }), edgeOfStability()).subscribe(console.log);
 * @see Cohen et al. 2021, arXiv:2103.00065; Lewkowycz et al. 2020, arXiv:2003.02218 (catapults); Damian et al. 2023,
 *   arXiv:2209.15594 (self-stabilisation).
 */
export const edgeOfStability = operator(
  'edgeOfStability',
  {
    options,
    columns,
    reads: ({ sharpness }) => ['step', 'loss', ...(sharpness ? ['sharpness'] : [])],
    addedBy: { sharpness: 'hessian' },
    check(run, { sharpness }, above) {
      requireNeeds('edgeOfStability', run, ['gradient']);
      requireEdge(run, sharpness ? above['sharpness']?.matrix : undefined);
    },
  },
  (settings) => {
    let memory = start();
    const sketch = new Float64Array(sketched);
    return {
      row({ state, step, loss, sharpness: lambda, sharpnessFresh: fresh = true }: Measured) {
        requireNextStep('edgeOfStability', memory.step, step);
        memory.step = step;
        const { gradients, periods, detector } = memory;
        const { edge } = state;
        // where η is 0 the edge is infinite, and says nothing of how near the run was
        const known = settings.sharpness && lambda !== null && fresh && edge !== Infinity;
        const ratio = known ? over(lambda, edge) : null;
        follows(gradients, state.gradient, sketch);
        recur(periods, sketch, gradients.meaningful);
        observe(detector, { step, loss, ratio, gradients }, settings);
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

/** λ/edge; where decay alone takes the edge below 0, Infinity beyond it and 0 on this side. */
const over = (lambda: number, edge: number): number => {
  if (edge > 0 || Number.isNaN(lambda)) return lambda / edge;
  return lambda > edge ? Infinity : 0;
};

const start = () => ({
  step: null as number | null,
  gradients: gradientPair(),
  periods: periods(),
  detector: regimesOfRun(),
});
type Memory = ReturnType<typeof start>;
