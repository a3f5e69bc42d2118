import { from } from 'rxjs';
import { bool, float64, float64s, int32, int32s, nullable, utf8 } from '../../../src/columns.ts';
import { Stream } from '../../../src/stream.ts';

export const columns = {
  learningRate: float64('η'),
  seed: int32('seed'),
  hidden: int32s('widths'),
  bias: bool('with biases'),
  status: utf8('status'),
  finalLoss: float64('loss'),
  initialSharpness: nullable(float64('λ₁ at step 0')),
  drift: float64s('drift of each law'),
};

export interface Run {
  readonly learningRate: number;
  readonly seed: number;
  readonly hidden: Int32Array;
  readonly bias: boolean;
  readonly status: string;
  readonly finalLoss: number;
  readonly initialSharpness: number | null;
  readonly drift: Float64Array;
}

/** drift = ±c·η², c = 3 but for 10 % that the seeds differ by; the mean over laws and seeds is 3η². */
export const run = (learningRate: number, seed: number, changes: Partial<Run> = {}): Run => ({
  learningRate,
  seed,
  hidden: Int32Array.of(4),
  bias: false,
  status: 'completed',
  finalLoss: learningRate,
  initialSharpness: null,
  drift: Float64Array.of(4, -2).map((c) => c * (seed === 1 ? 1.1 : 0.9) * learningRate ** 2),
  ...changes,
});

export const rates = [0.001, 0.01, 0.1, 1];
export const grid = (changes: (rate: number, seed: number) => Partial<Run> = () => ({})): Run[] =>
  rates.flatMap((rate) => [1, 2].map((seed) => run(rate, seed, changes(rate, seed))));

export const stream = (runs: readonly Run[]): Stream<Run> =>
  new Stream<Run>({ columns }, (subscriber) => from(runs).subscribe(subscriber));
