/** Pipeline that `sweepInWorkers` names. */
import { last, take } from 'rxjs';
import { conservation, gradientDescent, mlp, objective, type Stream, xor } from '../../../src/index.ts';

interface Point {
  readonly learningRate: number;
  readonly activation: 'relu' | 'tanh';
  readonly seed?: number;
}

export function run({ learningRate, activation, seed = 0 }: Point) {
  const L = objective({ model: mlp({ hidden: [4], activation }), loss: 'mse', seed, data: xor({ n: 20 }) });
  return gradientDescent({ objective: L, theta0: L.start(), learningRate }).pipe(take(10), conservation(), last());
}

export const later = async (point: Point): Promise<Stream<{ loss: number }>> => run(point);
