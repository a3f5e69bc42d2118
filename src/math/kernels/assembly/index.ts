export { activate, curve } from './activations';
export { add, addProduct, columnSums, norms, scale } from './elementwise';
export { crossEntropy, crossEntropyHessian, mse, mseHessian } from './losses';
export { outer } from './outer';
export { packColumns, packRows } from './pack';
export { combine, inner, project } from './span';
export { times } from './times';

/** Returns the address of the first free byte. */
export function base(): usize {
  return __heap_base;
}
