import { float64, float64s, int32, nullable } from '../../../src/columns.ts';

/** The columns of a run, and rows of it, each a function of its step. */
export const run = {
  columns: {
    step: int32('updates made so far', 'step'),
    loss: float64('training loss'),
    drift: float64s('C_l(t) − C_l(0)', 'θ²'),
    sharpness: nullable(float64('largest eigenvalue', '1/η')),
  },
  row: (step: number) => ({
    step,
    loss: 1 / (1 + step),
    drift: Float64Array.of(step, -step / 3),
    sharpness: step % 5 ? null : Math.sqrt(step),
  }),
  rows: (n: number) => Array.from({ length: n }, (_, step) => run.row(step)),
};

export type RunRow = ReturnType<typeof run.row>;
