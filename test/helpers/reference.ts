import { readdirSync, readFileSync } from 'node:fs';
import { classified } from '../../src/math/data/dataset.ts';
import { gaussianMixture } from '../../src/math/data/gaussian-mixture.ts';
import type { ActivationName } from '../../src/math/models/activations.ts';
import { mlp } from '../../src/math/models/mlp.ts';
import { objective, type Risk } from '../../src/math/risk.ts';

/** A file of `test/reference`: what PyTorch computed in float64, see `generate.py` there. */
export interface Case {
  readonly case: string;
  readonly seed: number;
  readonly widths: readonly number[];
  readonly activation: 'relu' | 'linear';
  readonly loss: 'ce' | 'mse';
  readonly data: { readonly n: number; readonly d: number; readonly classes: number; readonly separation: number };
  readonly x: readonly number[];
  readonly labels: readonly number[];
  readonly weights: readonly (readonly number[])[];
  readonly runs: readonly {
    readonly learningRate: number;
    readonly steps: number;
    readonly drift: readonly number[];
    readonly imbalanceSum: readonly number[];
    readonly checkpoints: readonly {
      readonly step: number;
      readonly loss: number;
      readonly weightNormSq: readonly number[];
      readonly gradNormSq: readonly number[];
    }[];
  }[];
  readonly hessian?: {
    readonly eigenvaluesTop: readonly number[];
    readonly eigenvaluesBottom: readonly number[];
    readonly trace: number;
    readonly hvp: readonly number[];
  };
}

export interface EdgeCase {
  readonly seed: number;
  readonly widths: readonly number[];
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly parameters: readonly (readonly number[])[];
  readonly learningRate: number;
  readonly points: readonly { readonly step: number; readonly loss: number; readonly sharpness: number }[];
  readonly firstAbove: number;
  /** Mean of η·sharpness over the last 20 points. */
  readonly lateMean: number;
}

const folder = new URL('../reference/', import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
const load = (name: string) => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));

const isCase = (name: string) => /^(ce|mse)-/.test(name);
export const caseNames = names.filter(isCase).map((name) => name.replace('.json', ''));
export const edgeNames = names.filter((name) => name.startsWith('edge-')).map((name) => name.replace('.json', ''));

export const loadCase = (name: string): Case => load(`${name}.json`);
export const loadEdge = (name: string): EdgeCase => load(`${name}.json`);

const modelOf = ({ widths, activation }: Case) =>
  mlp({
    hidden: widths.slice(1, -1),
    activation: ({ relu: 'relu', linear: 'identity' } satisfies Record<string, ActivationName>)[activation],
  });
const lossOf = ({ loss }: Case) => (loss === 'ce' ? 'cross-entropy' : 'mse');

/** The objective over the data in the file, and θ₀ of the weights in it. */
export function fromFile(file: Case): { L: Risk; theta0: Float64Array } {
  const { d, classes } = file.data;
  const data = classified(Float64Array.from(file.x), Int32Array.from(file.labels), d, classes);
  return {
    L: objective({ engine: 'typed-array', model: modelOf(file), loss: lossOf(file), data }),
    theta0: Float64Array.from(file.weights.flat()),
  };
}

/** The same from the seed alone. */
export function fromSeed(file: Case): { L: Risk; theta0: Float64Array } {
  const L = objective({
    engine: 'typed-array',
    model: modelOf(file),
    loss: lossOf(file),
    data: gaussianMixture(file.data),
    seed: file.seed,
  });
  return { L, theta0: L.start() };
}
