/*
 * Prints the version of Node and a hash of what an engine makes of small networks of every kind: the weights after some hundred steps, the
 * losses on the way and the products at the end.
 *
 * node --import tsx test/nodes/fingerprint.ts wasm
 */
import { createHash } from 'node:crypto';
import { type EngineName, engines } from '../../src/math/engines/engines.ts';
import type { LossName } from '../../src/math/losses/losses.ts';
import { type ActivationName, activations } from '../../src/math/models/activations.ts';
import { emptySums } from '../../src/math/objective.ts';
import { at, build, products } from '../math/engines/wasm/random-network.ts';

const engine = engines[process.argv[2] as EngineName];
const hash = createHash('sha256');
for (const activation of Object.keys(activations) as ActivationName[]) {
  for (const loss of ['cross-entropy', 'mse'] satisfies LossName[]) {
    for (const n of [30, 270]) {
      const shape = { widths: [6, 13, 9, 3], n, activation, bias: n === 30, loss, seed: 1 };
      const { network, theta } = build(shape);
      const evaluation = engine.open(network);
      const gradient = new Float64Array(network.dim);
      const sums = emptySums(network.tensors);
      for (let t = 0; t < 300; t++) {
        const value = evaluation.evaluate(theta, gradient, sums);
        for (let i = 0; i < theta.length; i++) theta[i] = theta[i]! - 0.03 * gradient[i]!;
        hash.update(Float64Array.of(value));
      }
      hash.update(theta);
      const last = at(evaluation, network, theta);
      for (const vector of [last.gradient, ...Object.values(last.sums)]) hash.update(vector);
      for (const vector of Object.values(products(evaluation, network, 2))) hash.update(vector);
      evaluation.close();
    }
  }
}
console.log(process.versions.node, hash.digest('hex'));
