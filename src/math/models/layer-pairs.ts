import type { LawPair, Tensor } from '../objective.ts';

/**
 * Pairs each layer with the next, and with the bias between them: the laws of a perceptron.
 *
 * @example layerPairs(L.tensors); // [{ layer: 1, below: 0, above: 1, bias: undefined }]
 */
export function layerPairs(tensors: readonly Tensor[]): LawPair[] {
  const find = (kind: Tensor['kind'], layer: number) => {
    const at = tensors.findIndex((tensor) => tensor.kind === kind && tensor.layer === layer);
    return at < 0 ? undefined : at;
  };
  return tensors.flatMap(({ kind, layer }, below) => {
    const above = find('weight', layer + 1);
    return kind === 'weight' && above !== undefined ? [{ layer, below, above, bias: find('bias', layer) }] : [];
  });
}
