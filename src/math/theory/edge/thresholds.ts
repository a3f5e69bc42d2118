/**
 * Every threshold of the edge-of-stability detector. Ratios are λ/edge, 1 at the edge; of gradient descent ηλ/2.
 *
 * Pairs are hysteresis: a state is entered at one value and left at another, and what lies between changes nothing.
 */
export const thresholds = {
  /** |λ/edge − 1| of a run that hovers, |ηλ − 2| < 0.1: Cohen et al. 2021 see it stay this near. */
  band: 0.05,
  /** Steps over which hovering is judged; an oscillation at the edge takes some tens of them to settle. */
  window: 200,
  /** Fewest measurements that hovering is judged on, however many steps they reach back over. */
  fewest: 5,
  /** Share of the window within the band from which a run hovers, and share of it within twice the band below which it does not. */
  hovers: { enter: 0.8, leave: 0.5 },
  /**
   * Above the edge from 1 on; below it again under 0.8. A run that has just begun to oscillate falls to ηλ = 1.6 and
   * returns, over and over (Damian et al. 2023); on the Chebyshev task 24 of 30 first dips ended above it.
   */
  above: { enter: 1, leave: 0.8 },
  /** How far the ratio turns from its last extreme to count as rising or falling: of the extreme, and at the least. */
  turn: { relative: 0.05, least: 0.005 },
  /** Rows of the moving averages over steps. */
  horizon: 50,
  /** Share of the last steps with cos(g, g′) < 0 that makes an oscillation. */
  oscillates: { enter: 0.8, leave: 0.2 },
  /** d log|g|/dt that still counts as sustained: at ηλ = 2 − ε an oscillation decays by ε a step. */
  sustained: -0.01,
  /** Windows without an overshoot after which a run whose sharpness nobody measures is below the edge again. */
  calm: 2,
  /** s = g·(g − g′)/|g|² at the edge: a period-2 orbit has g′ = −g. */
  curvatureAtEdge: 2,
  /** A rise of the loss by less, relative to it, is rounding. */
  rise: 4 * Number.EPSILON,
  /** Below this part of the largest gradient seen, differences of gradients are rounding. */
  rounding: 1e-12,
  /** Rows within which a run whose sharpness nobody measures must rise above its first loss to have started above the edge. */
  launch: 20,
  /** A loss of so many times the first is an excursion. */
  excursion: 10,
  /** Rows of a climb within an excursion that are a divergence; a catapult at ηλ = 3 rises by 4 a step to about the width. */
  climb: 12,
  /** A maximum that is so many rows old is climbed no more. */
  fresh: 2,
  /** From so many times the first loss, growth whose factor has doubled twice running is a divergence; a catapult's is at most (1 − ηλ)². */
  runaway: 100,
  /** A loss of more times the first is a divergence whatever else is seen; a catapult rises by about the width. */
  beyond: 1e8,
  /** Of a period: mean squared distance of gradients p steps apart over those 2p apart. */
  returns: { enter: 10, leave: 3 },
  /** Part of the squared amplitude that a doubling of the period must have; slow drift is below it. */
  doubling: 1e-4,
  /** Rows of the moving averages that the period is read from. */
  periodHorizon: 16,
  /** The forecast: see `forecastCrossing`. */
  forecast: {
    /** Below, spurts of sharpening say little of the crossing: in a first trial 20 of 30 intervals held at 0.7, 28 at 0.8. */
    from: 0.75,
    /** Part of the gap that the local fit looks back over. */
    stretch: 0.25,
    /** Measurements that a local fit has at the least, and at the most. */
    points: [4, 512],
    /** Relative gain of slope over the time that is left, from which sharpening accelerates. */
    accelerates: 0.25,
    /** Factors by which the crossing may come before the sooner estimate and after the later one, by what the spurt does. */
    widen: { goesThrough: [1.25, 2], mayEnd: [1.25, 2.5], none: [2.5, 4.5] },
  },
} as const;

/** {@link thresholds} that a user may set. */
export interface EdgeThresholds {
  readonly band: number;
  readonly window: number;
}
