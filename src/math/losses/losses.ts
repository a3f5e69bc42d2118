import { crossEntropy } from './cross-entropy.ts';
import { mse } from './mse.ts';

export const losses = { 'cross-entropy': crossEntropy, mse };
/** Name of a loss in specs. */
export type LossName = keyof typeof losses;
