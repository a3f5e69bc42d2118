import { crossEntropy } from './cross-entropy.ts';
import { mse } from './mse.ts';

export const losses = { 'cross-entropy': crossEntropy, mse };
/** What {@link losses} are called. */
export type LossName = keyof typeof losses;
