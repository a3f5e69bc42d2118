import { layerPairs } from '../../src/math/models/layer-pairs.ts';
import type { Tensor } from '../../src/math/objective.ts';

/** Blocks of a perceptron with the pairs that have laws. */
export const paired = (tensors: readonly Tensor[]) => ({ tensors, facts: { pairs: layerPairs(tensors) } });
