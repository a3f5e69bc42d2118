/**
 * Thresholds of the edge-of-stability detector, all of them.
 *
 * A pair is hysteresis: a state is entered at one value and left at another, and values in between
 * change nothing. Words of this folder:
 *
 * - ratio: λ/edge, 1 at the edge; ηλ/2 for gradient descent
 * - s: curvature along the step, g·(g − g′)/|g|² of two gradients in succession; 2 at the edge
 * - overshoot: a row whose loss rose on a step with s > 2
 * - hover: the ratio stays within a band around 1
 * - oscillation: most steps turn the gradient round, cos(g, g′) < 0
 * - above-edge phase: rows of a run that began above the edge, until it is below; first
 *   `climbing`, then `falling` once the ratio, or without one the loss, has fallen from its peak
 * - loss blow-up: rows whose loss exceeds ten times the first
 */
export const thresholds = {
  /**
   * Bound of |λ/edge − 1| of a run that hovers: |ηλ − 2| < 0.1, as near as in Cohen et al. 2021.
   */
  band: 0.05,
  /** Steps over which hovering is judged. An oscillation at the edge takes some tens to settle. */
  window: 200,
  /** Smallest number of measurements that hovering is judged on, however far back they lie. */
  fewest: 5,
  /**
   * A run hovers from this share of the window within the band; it stops below this share within
   * twice the band.
   */
  hovers: { enter: 0.8, leave: 0.5 },
  /**
   * Ratio from which a run is above the edge, and below which it is no longer. A run that has just
   * begun to oscillate falls to ηλ = 1.6 and returns, over and over (Damian et al. 2023); on the
   * Chebyshev task 24 of 30 first dips ended above 1.6.
   */
  above: { enter: 1, leave: 0.8 },
  /**
   * Distance from its last extreme at which the ratio counts as turned: relative to it, and at
   * least.
   */
  turn: { relative: 0.05, least: 0.005 },
  /** Length in rows of the moving averages over steps. */
  horizon: 50,
  /** Share of the last steps with cos(g, g′) < 0 that makes an oscillation. */
  oscillates: { enter: 0.8, leave: 0.2 },
  /** Smallest d log|g|/dt of a sustained oscillation: at ηλ = 2 − ε one decays by ε a step. */
  sustained: -0.01,
  /**
   * Windows without an overshoot after which a run without measured sharpness is below the edge
   * again.
   */
  windowsWithoutOvershoot: 2,
  /** s at the edge: an orbit of period 2 has g′ = −g. */
  curvatureAtEdge: 2,
  /** Smallest relative rise of the loss that is more than rounding. */
  rise: 4 * Number.EPSILON,
  /** Share of the largest gradient below which differences of gradients are rounding. */
  rounding: 1e-12,
  /**
   * Rows within which a run without measured sharpness must exceed its first loss, if it began
   * above the edge.
   */
  startRows: 20,
  /**
   * Fall of the loss from its peak, relative to the peak, that ends the climb of a run without
   * measured sharpness.
   */
  lossFall: 0.5,
  /** Multiple of the first loss from which the loss blows up. */
  blowUp: 10,
  /**
   * Rows of a climb within a blow-up that make a divergence. A catapult at ηλ = 3 rises by 4 a step
   * to about the width.
   */
  climb: 12,
  /** Age in rows from which a maximum no longer counts as climbing. */
  recentRows: 2,
  /**
   * Multiple of the first loss from which two doublings of the growth factor make a divergence; a
   * catapult's factor is at most (1 − ηλ)².
   */
  runaway: 100,
  /**
   * Multiple of the first loss that is always a divergence; a catapult rises by about the width.
   */
  beyond: 1e8,
  /**
   * Mean squared distance of gradients p steps apart over that of 2p: from `enter` on there is a
   * period 2p.
   */
  returns: { enter: 10, leave: 3 },
  /**
   * Share of the squared amplitude that a doubling of the period must have; slow drift is below it.
   */
  doubling: 1e-4,
  /** Length in rows of the moving averages that the period is read from. */
  periodHorizon: 16,
  /** Thresholds of the forecast; see `forecastCrossing`. */
  forecast: {
    /**
     * Ratio from which a forecast is made. In a first trial 20 of 30 intervals held at 0.7, 28 at
     * 0.8.
     */
    from: 0.75,
    /** Share of the gap that the local fit looks back over. */
    stretch: 0.25,
    /** Smallest and largest number of measurements in a local fit. */
    points: [4, 512],
    /** Relative gain of slope over the time left from which sharpening accelerates. */
    accelerates: 0.25,
    /**
     * Factors by which the crossing may come before the sooner estimate and after the later one.
     */
    widen: { goesThrough: [1.25, 2], mayEnd: [1.25, 2.5], none: [2.5, 4.5] },
  },
} as const;

/** Thresholds that a user may set. */
export interface EdgeThresholds {
  readonly band: number;
  readonly window: number;
}
