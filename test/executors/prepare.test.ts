import { mkdirSync, readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { prepare } from '../../src/executors/prepare.ts';
import { type EngineName, engines } from '../../src/math/engines/engines.ts';
import { loadSpec } from '../../src/pipelines/load-spec.ts';
import { measures } from '../../src/pipelines/registry.ts';
import { SpecError } from '../../src/pipelines/spec-error.ts';
import { cifarBatch, idxImages, idxLabels, image } from '../datasets/image-bytes.ts';
import { folder, tiny, type Written } from '../pipelines/tiny.ts';

const files = folder();
files.write('good.csv', 'a,b,species\n1,2,x\n2,1,y\n0,1,x\n');
files.write('empty.csv', '');
files.write('nan.csv', 'a,b,y\n1,2,0\nnan,2,1\n');
files.write('ragged.csv', 'a,b,y\n1,2,0\n1,1\n');
files.write('column.csv', 'y\n0\n1\n');
mkdirSync(files.in('data'));
const images = idxImages(2, 2, ...[3, 0, 1, 0].map((label) => image(label, 4)));
files.write('images', images);
files.write('images.gz', gzipSync(images));
files.write('labels', idxLabels(3, 0, 1, 0));
files.write('wrong-labels', idxLabels(3, 0, 12, 0));
mkdirSync(files.in('cifar'));
files.write('cifar/data_batch_1.bin', cifarBatch([3, 0, 1]));
files.write('cifar/test_batch.bin', cifarBatch([1, 0]));
files.write('syntax.mjs', 'export const operators = {;');
files.write('throws.mjs', 'throw new Error("no licence")');
files.write('wrong.mjs', 'export const operator = 1; export default 3;');
files.write('nothing.mjs', '');
files.write('number.mjs', 'export const data = 3;');
files.write('kind.mjs', 'export const data = { mine: { options: { shape: {}, safeParse() {} }, path: [] } };');
files.write('xor.mjs', 'export const data = { xor: { options: { shape: {}, safeParse() {} }, make: () => {} } };');
files.write('optimizer.mjs', 'export const optimizers = { mine: () => {} };');
files.write('entry.mjs', 'export const operators = { mine: { options: {}, create: 3 } };');
const schema = 'const options = { shape: {}, safeParse() {} };';
files.write('taken.mjs', `${schema} export const operators = { hessian: { options, create: () => (rows) => rows } };`);
files.write(
  'refuses.mjs',
  `${schema} export const operators = { mine: { options, create() { throw new Error("mine: no"); } } };`,
);
files.write('fit-entry.mjs', 'export const fits = { mine: { options: {}, columns: { fit: 1 }, create: 3 } };');
files.write('fit-taken.mjs', 'export const fits = { powerLaw: {} };');
files.write('fit-wrong.mjs', 'export const fits = 3;');
files.write('junk.mjs', `${schema} export const operators = { mine: { options, create: () => 3 } };`);
files.write(
  'columns.mjs',
  `import { derive } from ${JSON.stringify(new URL('../../src/operators/transforms/derive.ts', import.meta.url).href)};
${schema} export const operators = { mine: { options, create: () => derive({ x: 'f8' }, () => ({ x: 1 })) } };`,
);
files.write(
  'clash.mjs',
  `${schema} export const operators = { mine: { options, create: () => (rows) => {
  const { columns, ...shape } = rows.shape;
  return new rows.constructor({ ...shape, columns: { ...columns, run: columns.step } }, (s) => rows.subscribe(s));
} } };`,
);

/** Returns the message about a spec that cannot run, without the name of the folder; null if it can. */
async function saidOf(written: unknown, sets: string[] = []): Promise<string[] | null> {
  const text = typeof written === 'string' ? written : JSON.stringify(written);
  const path = files.write('spec.json', text.replaceAll('"1e400"', '1e400'));
  try {
    await prepare(await loadSpec(path, sets), 'typed-array');
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(SpecError);
    return (error as Error).message.replaceAll(`${files.path}/`, '').split('\n');
  }
}

const known =
  '$schema, name, question, source, data, model, loss, optimizer, steps, logEvery, random, order, grid, modules, operators, measure, fit, claims';
const axes =
  'learningRate, seed, data.kind, data.n, data.d, data.classes, data.separation, model.kind, model.hidden, model.activation, model.slope, model.bias, optimizer.kind, optimizer.weightDecay, optimizer.schedule, optimizer.beta, optimizer.dampening, optimizer.nesterov, optimizer.beta2, optimizer.epsilon, optimizer.beta1, optimizer.batch, optimizer.tolerance';
const optimizer = (optimizer: Written, changes: Written = {}) => tiny({ optimizer, ...changes });
const count = 'an integer from 1 to 2147483647';
const scalars =
  'exponent, exponentLow, exponentHigh, prefactor, r2, n, windowLow, windowHigh, nullExponent, nullR2, stableExponent, stableExponentLow, stableExponentHigh, stableN, seeds';

const data = (changes: Written) => tiny({ data: { ...tiny()['data'], ...changes } });
const model = (changes: Written) => tiny({ model: { ...tiny()['model'], ...changes } });
const grid = (changes: Written) => tiny({ grid: { ...tiny()['grid'], ...changes } });
const measure = (...measure: unknown[]) => tiny({ measure });
const powerLaw = { op: 'powerLaw', x: 'learningRate', y: 'drift' };
const fit = (changes: Written) => tiny({ fit: [{ ...powerLaw, ...changes }] });
const claim = (changes: Written, more: Written = {}) =>
  tiny({
    fit: [powerLaw],
    claims: [
      { id: 'alpha', statement: 'it grows', statistic: 'powerLaw.exponent', published: 1, tolerance: 0.1, ...changes },
    ],
    ...more,
  });
const without = (key: string, spec: Written = tiny()) =>
  Object.fromEntries(Object.entries(spec).filter(([k]) => k !== key));
const idx = (changes: Written = {}) => tiny({ data: { kind: 'idx', images: 'images', labels: 'labels', ...changes } });
const cifar = (changes: Written = {}) => tiny({ data: { kind: 'cifar10', folder: 'cifar', ...changes } });
const file = (path: string, target?: unknown) => tiny({ data: { kind: 'file', path, target } });

/** Exports that a module may have, as a message lists them. */
const exports =
  'operators = { name: operator(…) or { options, create } } or fits = { name: { options, columns, create } } or data = { name: { options, make } } or optimizers = { name: optimizer(…) }';

/** The operators that a spec may name, as a message lists them. */
const ops = Object.keys(measures).join(', ');

/** Specs that cannot run, each with every line of its message. */
const faults: Record<string, [spec: unknown, ...said: string[]]> = {
  // the file
  'no JSON': ['{ "name": "a",\n  "steps": 3, }', 'line 2, column 13: expected no comma before }, got one'],
  'an empty file': ['', 'line 1, column 1: expected a JSON object, got an empty file'],
  'a list': [[tiny()], 'line 1, column 1: expected a JSON object, got a list'],
  null: [null, 'line 1, column 1: expected a JSON object, got null'],
  'a text': ['"steps"', 'line 1, column 1: expected a JSON object, got "steps"'],

  // keys
  'a misspelt key': [tiny({ logEvry: 2 }), `logEvry: unknown key; did you mean logEvery? (known: ${known})`],
  'a misspelt key that is required': [
    { ...without('steps'), stepz: 20 },
    `stepz: unknown key; did you mean steps? (known: ${known})`,
  ],
  'a key like no other': [tiny({ zzzz: 1 }), `zzzz: unknown key (known: ${known})`],
  'a misspelt key inside': [
    tiny({ data: { kind: 'gaussian-mixture', n: 20, d: 4, clases: 2, separation: 2 } }),
    'data.clases: unknown key; did you mean classes? (known: kind, n, d, classes, separation)',
  ],
  'a misspelt key of a measure': [
    measure({ op: 'conservation', law: ['layer'] }),
    'measure[0].law: unknown key; did you mean laws? (known: op, laws, biases, matrix)',
  ],
  'a misspelt key of a fit': [
    fit({ ovr: 'seed' }),
    'fit[0].ovr: unknown key; did you mean over? (known: op, x, y, by, over, diverged, floor, rival, id)',
  ],
  'no loss': [without('loss'), 'loss: expected one of cross-entropy, mse, got nothing'],
  'no data': [without('data'), 'data: expected an object, got nothing'],
  'no steps': [without('steps'), `steps: expected ${count}, got nothing`],
  'no question': [without('question'), 'question: expected a text that is not empty, got nothing'],
  'faults in several keys': [
    tiny({ steps: 0, loss: 'mea', random: true }),
    'loss: expected one of cross-entropy, mse, got "mea"',
    `steps: expected ${count}, got 0`,
    'random: expected one of torch, native, got true',
  ],

  // names of kinds
  'an unknown operator': [
    measure({ op: 'conservatoin' }),
    `measure[0].op: expected one of ${ops}, got "conservatoin"; did you mean conservation?`,
  ],
  'an operator by the name it has in code': [
    measure({ op: 'sharpness' }),
    `measure[0].op: expected one of ${ops}, got "sharpness"; did you mean hessian?`,
  ],
  'an operator like no other': [
    measure({ op: 'conservation' }, { op: 'zzz' }),
    `measure[1].op: expected one of ${ops}, got "zzz"`,
  ],
  'an operator by its name alone': [measure('conservation'), 'measure[0]: expected an object, got "conservation"'],
  'a measure that is no list': [tiny({ measure: { op: 'hessian' } }), 'measure: expected a list, got {"op":"hessian"}'],
  'an unknown fit': [
    fit({ op: 'powerlaw' }),
    'fit[0].op: expected one of powerLaw, summarize, got "powerlaw"; did you mean powerLaw?',
  ],
  'an unknown law': [
    measure({ op: 'conservation', laws: ['layer', 'neurons'] }),
    'measure[0].laws[1]: expected one of layer, neuron, matrix, got "neurons"; did you mean neuron?',
  ],
  'an unknown kind of data': [
    tiny({ data: { kind: 'gausian', n: 20 } }),
    'data.kind: expected one of gaussian-mixture, xor, spheres, chebyshev, idx, cifar10, file, got "gausian"; did you mean gaussian-mixture?',
  ],
  'no kind of data': [
    tiny({ data: { n: 20 } }),
    'data.kind: expected one of gaussian-mixture, xor, spheres, chebyshev, idx, cifar10, file, got nothing',
  ],
  'an unknown activation': [
    model({ activation: 'rellu' }),
    'model.activation: expected one of identity, relu, leaky-relu, tanh, sigmoid, softplus, silu, gelu, got "rellu"; did you mean relu?',
  ],
  'an unknown loss': [
    tiny({ loss: 'crossentropy' }),
    'loss: expected one of cross-entropy, mse, got "crossentropy"; did you mean cross-entropy?',
  ],
  'an unknown optimizer': [
    optimizer({ kind: 'adan' }),
    'optimizer.kind: expected one of gd, momentum, rmsprop, adam, adamw, sgd, gradient-flow, got "adan"; did you mean adam?',
  ],
  'a key of another optimizer': [
    optimizer({ kind: 'adam', weightDecay: 0.1 }),
    'optimizer.weightDecay: unknown key (known: kind, beta1, beta2, epsilon, schedule)',
  ],
  'momentum that never ends': [
    optimizer({ kind: 'momentum', beta: 1 }),
    'optimizer.beta: expected a number of at least 0 and below 1, got 1',
  ],
  'Nesterov’s momentum, dampened': [
    optimizer({ kind: 'momentum', nesterov: true, dampening: 0.5 }),
    'optimizer: dampening must be 0 with nesterov, got 0.5',
  ],
  'a batch larger than the data': [
    optimizer({ kind: 'sgd', batch: 32 }),
    'optimizer: batch must be an integer from 1 to 20, the samples there are, got 32',
  ],
  'a batch of nothing': [
    optimizer({ kind: 'sgd', batch: 0 }),
    'optimizer.batch: expected an integer of at least 1, got 0',
  ],
  'a learning rate for gradient flow': [
    optimizer({ kind: 'gradient-flow' }),
    'grid.learningRate: expected none, for gradient-flow chooses the length of its steps itself, got [0.01,0.1]',
  ],
  'gradient flow on an axis with others': [
    tiny({ optimizer: {}, grid: { ...tiny()['grid'], 'optimizer.kind': ['gd', 'gradient-flow'] } }),
    'grid["optimizer.kind"][1]: with "gradient-flow", grid.learningRate: expected none, for gradient-flow chooses the length of its steps itself, got [0.01,0.1]',
  ],
  'a tolerance of zero': [
    optimizer({ kind: 'gradient-flow', tolerance: 0 }, { grid: { seed: [1] } }),
    'optimizer.tolerance: expected a number above 0 and below 1, got 0',
  ],
  'a schedule for gradient flow': [
    optimizer({ kind: 'gradient-flow', schedule: { kind: 'cosine' } }, { grid: { seed: [1] } }),
    'optimizer.schedule: unknown key (known: kind, tolerance)',
  ],
  'an unknown schedule': [
    optimizer({ kind: 'gd', schedule: { kind: 'cosin' } }),
    'optimizer.schedule.kind: expected one of constant, step, cosine, warmup, drift-budget, got "cosin"; did you mean cosine?',
  ],
  'a warmup to nothing that is known': [
    optimizer({ kind: 'gd', schedule: { kind: 'warmup', steps: 5, next: { kind: 'warmup' } } }),
    'optimizer.schedule.next.kind: expected one of constant, step, cosine, got "warmup"',
  ],
  'a budget of zero': [
    optimizer({ kind: 'gd', schedule: { kind: 'drift-budget', budget: 0 } }),
    'optimizer.schedule.budget: expected a number above 0, got 0',
  ],

  // numbers
  'a negative learning rate': [
    grid({ learningRate: [0.1, -0.1] }),
    'grid.learningRate[1]: expected a number above 0, got -0.1',
  ],
  'a learning rate of zero': [grid({ learningRate: [0] }), 'grid.learningRate[0]: expected a number above 0, got 0'],
  'a learning rate beyond a double': [
    grid({ learningRate: ['1e400'] }),
    'grid.learningRate[0]: expected a number above 0, got Infinity',
  ],
  'null for a number': [grid({ learningRate: [null] }), 'grid.learningRate[0]: expected a number above 0, got null'],
  'a text for a number': [tiny({ steps: '20' }), `steps: expected ${count}, got "20"`],
  'steps 0': [tiny({ steps: 0 }), `steps: expected ${count}, got 0`],
  'steps that no column holds': [tiny({ steps: 3e9 }), `steps: expected ${count}, got 3000000000`],
  'half a step': [tiny({ steps: 1.5 }), `steps: expected ${count}, got 1.5`],
  'width 0': [model({ hidden: [4, 0] }), `model.hidden[1]: expected ${count}, got 0`],
  'one width, no list': [model({ hidden: 4 }), 'model.hidden: expected a list, got 4'],
  'half a sample': [data({ n: 20.5 }), `data.n: expected ${count}, got 20.5`],
  'no class': [data({ classes: 0 }), `data.classes: expected ${count}, got 0`],
  'a negative separation': [data({ separation: -1 }), 'data.separation: expected a number of at least 0, got -1'],
  'one point for a polynomial': [
    tiny({ data: { kind: 'chebyshev', n: 1, degree: 3 }, loss: 'mse' }),
    'data.n: expected an integer from 2 to 2147483647, got 1',
  ],
  'a seed beyond 32 bits': [
    grid({ seed: [2 ** 60] }),
    'grid.seed[0]: expected an integer from 0 to 4294967295, got 1152921504606847000',
  ],
  'a tolerance of 1': [
    measure({ op: 'hessian', tol: 1 }),
    'measure[0].tol: expected a number above 0 and below 1, got 1',
  ],
  'more eigenvalues than parameters': [
    measure({ op: 'hessian', k: 20, bottom: 5 }),
    'measure[0]: hessian: k + bottom must be at most the number of parameters, 24, got 25',
  ],
  'the sharpness of another matrix than Adam has its edge of': [
    optimizer({ kind: 'adam' }, { measure: [{ op: 'hessian' }, { op: 'edgeOfStability' }] }),
    "measure[1]: edgeOfStability: sharpness must be that of the matrix whose edge the optimizer has, preconditioned, got that of hessian; measure it with matrix: 'preconditioned'",
  ],
  'one of a grid that steps through P⁻¹': [
    tiny({
      measure: [{ op: 'hessian' }, { op: 'edgeOfStability' }],
      grid: { 'optimizer.kind': ['gd', 'rmsprop'], learningRate: [0.1], seed: [1] },
    }),
    "measure[1]: edgeOfStability: sharpness must be that of the matrix whose edge the optimizer has, preconditioned, got that of hessian; measure it with matrix: 'preconditioned'",
  ],
  'an edge of mini-batches': [
    optimizer({ kind: 'sgd', batch: 5 }, { measure: [{ op: 'hessian' }, { op: 'edgeOfStability' }] }),
    'measure[1]: edgeOfStability: needs steps of the whole gradient, got those of mini-batches, whose edge is not one of λ₁; measure batchSharpness instead',
  ],
  'a batch sharpness of more samples than there are': [
    measure({ op: 'batchSharpness', batch: 21 }),
    'measure[0]: batchSharpness: batch must be at most the number of samples, 20, got 21',
  ],
  'a cadence that is none': [
    measure({ op: 'hessian', every: 'often' }),
    'measure[0].every: expected an integer of at least 1 or a list with at least one entry or adaptive, got "often"',
  ],
  'a dense spectrum of a large network': [
    tiny({ model: { kind: 'mlp', hidden: [400] }, measure: [{ op: 'denseSpectrum' }] }),
    'measure[0]: denseSpectrum: takes at most 2000 parameters, got 2400; use spectralDensity',
  ],
  'a name for no folder': [
    tiny({ name: '../elsewhere' }),
    'name: expected a name for a folder: at most 100 letters, digits, . _ -, got "../elsewhere"',
  ],
  'a name that no folder can have': [
    tiny({ name: 'x'.repeat(101) }),
    `name: expected a name for a folder: at most 100 letters, digits, . _ -, got "${'x'.repeat(76)}…"`,
  ],
  'more samples than an array holds': [
    data({ n: 1e9 }),
    'data: gaussianMixture: expected at most 268435456 numbers, got 1000000000 samples of 4 inputs',
  ],
  'more classes than an array holds': [
    data({ classes: 2e9 }),
    'data: gaussianMixture: expected at most 268435456 numbers, got 20 samples of 2000000000 targets',
  ],
  'data beyond the largest number': [data({ separation: 1e308 }), 'data: x must be finite, got -Infinity at 0'],
  'a word for a boolean': [model({ bias: 'no' }), 'model.bias: expected true or false, got "no"'],

  // the grid
  'an axis of words and numbers': [
    tiny({ data: { kind: 'file', path: 'good.csv' }, grid: { ...tiny()['grid'], 'data.target': ['species', 0] } }),
    'grid["data.target"][1]: expected values of one kind, as "species" in [0], got 0',
  ],
  'more runs than can be numbered': [
    grid({
      seed: Array.from({ length: 1001 }, (_, i) => i),
      learningRate: Array.from({ length: 1000 }, (_, i) => i + 1),
    }),
    'grid: expected at most 1000000 runs, got 1001000: 1000 of learningRate, 1001 of seed',
  ],
  'an empty grid': [
    tiny({ grid: {} }),
    'grid.learningRate: expected a list with at least one entry, got nothing',
    'grid.seed: expected a list with at least one entry, got nothing',
  ],
  'a grid without seed': [
    tiny({ grid: { learningRate: [0.1] } }),
    'grid.seed: expected a list with at least one entry, got nothing',
  ],
  'an empty axis': [grid({ learningRate: [] }), 'grid.learningRate: expected a list with at least one entry, got []'],
  'an empty axis of the model': [
    grid({ 'model.hidden': [] }),
    'grid["model.hidden"]: expected a list with at least one entry, got []',
  ],
  'an axis that is no list': [grid({ seed: 1 }), 'grid.seed: expected a list with at least one entry, got 1'],
  'an unknown axis': [
    grid({ lerningRate: [1] }),
    `grid.lerningRate: unknown axis; did you mean learningRate? (known: ${axes})`,
  ],
  'an axis by the name that others give it': [
    grid({ lr: [0.1], seed: [1] }),
    `grid.lr: unknown axis; did you mean learningRate? (known: ${axes})`,
  ],
  'an unknown axis of the model': [
    grid({ 'model.hiden': [[4]] }),
    `grid["model.hiden"]: unknown axis; did you mean model.hidden? (known: ${axes})`,
  ],
  'a key that is no axis': [grid({ steps: [10, 20] }), `grid.steps: unknown axis (known: ${axes})`],
  'an axis that is a name of every object': [
    grid({ 'model.constructor': [1] }),
    `grid["model.constructor"]: unknown axis (known: ${axes})`,
  ],
  'a value of an axis of another type': [
    grid({ 'model.hidden': [[4], 8] }),
    'grid["model.hidden"][1]: expected a list, got 8',
  ],
  'a value inside an axis': [
    grid({ 'model.hidden': [[4], [4, 0]] }),
    `grid["model.hidden"][1][1]: expected ${count}, got 0`,
  ],
  'a value of an axis that nothing else is said of': [
    tiny({ model: { kind: 'mlp', hidden: [4] }, grid: { ...tiny()['grid'], 'model.activation': ['rellu', 'tanh'] } }),
    'grid["model.activation"][0]: expected one of identity, relu, leaky-relu, tanh, sigmoid, softplus, silu, gelu, got "rellu"; did you mean relu?',
  ],
  'an axis that makes other keys wrong': [
    grid({ 'data.kind': ['gaussian-mixture', 'spheres'] }),
    'grid["data.kind"][1]: with "spheres", data.classes: unknown key (known: kind, n, d)',
    'grid["data.kind"][1]: with "spheres", data.separation: unknown key (known: kind, n, d)',
  ],
  'an object for a value of an axis': [
    grid({ 'model.hidden': [{ width: 4 }] }),
    'grid["model.hidden"][0]: expected a number or a text or true or false or a list, got {"width":4}',
  ],
  'an axis of what is no object': [
    tiny({ data: [], model: 'mlp', grid: { ...tiny()['grid'], 'data.n': [20], 'model.hidden': [[4]] } }),
    'data: expected an object, got []',
    'model: expected an object, got "mlp"',
  ],
  'a value twice': [grid({ seed: [1, 2, 1] }), 'grid.seed[2]: expected each value once, got 1 as in [0]'],
  'a list twice': [
    grid({ 'model.hidden': [[4], [4]] }),
    'grid["model.hidden"][1]: expected each value once, got [4] as in [0]',
  ],
  'axes that do not go together': [
    grid({ 'data.kind': ['gaussian-mixture'], 'model.slope': [0.1] }),
    'grid["model.slope"][0]: expected no slope, which only leaky-relu has, got 0.1',
  ],

  // what does not go together
  'a slope without leaky-relu': [
    model({ slope: 0.1 }),
    'model.slope: expected no slope, which only leaky-relu has, got 0.1',
  ],
  'cross-entropy without classes': [
    tiny({ data: { kind: 'chebyshev', n: 20, degree: 3 } }),
    'loss: cross-entropy needs data with classes, got real targets; use mse',
  ],
  'a column that nothing adds': [
    measure({ op: 'hessian' }, { op: 'ema', of: 'sharpnes' }),
    'measure[1].of: expected a column with a number on every row, of those above it (step, learningRate, loss, sharpness, sharpnessResidual, sharpnessMissProbability, hessianProducts), got "sharpnes"; did you mean sharpness?',
  ],
  'a column that comes later': [
    measure({ op: 'ema', of: 'sharpness' }, { op: 'hessian' }),
    'measure[0].of: expected a column with a number on every row, of those above it (step, learningRate, loss), got "sharpness"',
  ],
  'a column that is null in between': [
    measure({ op: 'hessian', every: 5 }, { op: 'ema', of: 'sharpness' }),
    'measure[1].of: expected a column with a number on every row, of those above it (step, learningRate, loss), got "sharpness", which is null on some rows',
  ],
  'a column of lists': [
    measure({ op: 'ema', of: 'weightNormSq' }),
    'measure[0].of: expected a column with a number on every row, of those above it (step, learningRate, loss), got "weightNormSq", which is list<float64>',
  ],
  'two operators that add one column': [
    measure({ op: 'ema', of: 'loss' }, { op: 'ema', of: 'loss', beta: 0.5 }),
    'measure[1]: the stream already has the column lossEma: rename one of the two',
  ],

  // fits
  'a fit of no column': [
    fit({ y: 'drif' }),
    'fit[0].y: expected a number of each run (steps, finalLoss, drift, imbalanceSum), got "drif"; did you mean drift?',
  ],
  'a fit of words': [
    fit({ y: 'status' }),
    'fit[0].y: expected a number of each run (steps, finalLoss, drift, imbalanceSum), got "status"',
  ],
  'a fit of what is not measured': [
    { ...fit({ y: 'drift' }), measure: [] },
    'fit[0].y: expected a number of each run (steps, finalLoss), got "drift"',
  ],
  'a fit over no axis': [
    fit({ x: 'learningrate' }),
    'fit[0].x: expected an axis of the grid (learningRate, seed), got "learningrate"; did you mean learningRate?',
  ],
  'a fit over words': [
    { ...fit({ x: 'model.activation' }), grid: { ...tiny()['grid'], 'model.activation': ['relu', 'tanh'] } },
    'fit[0].x: expected an axis of positive numbers, got model.activation with the value "relu"',
  ],
  'a fit over zero': [
    { ...fit({ x: 'data.separation' }), grid: { ...tiny()['grid'], 'data.separation': [0, 1, 2] } },
    'fit[0].x: expected an axis of positive numbers, got data.separation with the value 0',
  ],
  'a summary over words': [
    {
      ...fit({ op: 'summarize', x: 'model.activation' }),
      grid: { ...tiny()['grid'], 'model.activation': ['relu', 'tanh'] },
    },
    'fit[0].x: expected an axis of numbers, got model.activation with the value "relu"',
  ],
  'a fit kept apart by no axis': [
    fit({ by: ['seed', 'model.hidden'] }),
    'fit[0].by[1]: expected an axis of the grid (learningRate, seed), got "model.hidden"',
  ],
  'two fits of one name': [
    tiny({ fit: [powerLaw, { ...powerLaw, y: 'imbalanceSum' }].map((each) => ({ ...each, id: 'law' })) }),
    'fit[1].id: expected a name that no other fit has, got "law" as in fit[0]',
  ],
  'two fits without a name': [
    tiny({ fit: [powerLaw, { ...powerLaw, y: 'imbalanceSum' }] }),
    'fit[1].id: expected a name that no other fit has, got none beside the powerLaw of fit[0]',
  ],
  'two fits whose names are one to a file system': [
    tiny({ fit: ['law', 'Law'].map((id) => ({ ...powerLaw, id })) }),
    'fit[1].id: expected a name that no other fit has, got "Law" as in fit[0]',
  ],
  ...Object.fromEntries(
    ['steps', 'runs', 'fits', 'claims', 'laws', 'Runs'].map((id) => [
      `a fit by the name ${id}`,
      [
        fit({ id }),
        `fit[0].id: expected a name that no table has (steps, runs, fits, claims, laws), got ${JSON.stringify(id)}`,
      ] as [Written, string],
    ]),
  ),
  'a fit with a dot in its name': [
    fit({ id: 'drift.law' }),
    'fit[0].id: expected a name of letters, digits, _ and -, got "drift.law"',
  ],

  // claims
  'a claim of no fit': [
    claim({}, { fit: [] }),
    'claims[0].statistic: expected the statistic of a fit, but the spec has no fit, got "powerLaw.exponent"',
  ],
  'a claim of an unknown fit': [
    claim({ statistic: 'powerLw.exponent' }),
    'claims[0].statistic: expected ⟨fit⟩.⟨column⟩ of a fit (powerLaw.…), got "powerLw.exponent"; did you mean powerLaw?',
  ],
  'a claim of a fit as a whole': [
    claim({ statistic: 'powerLaw' }),
    'claims[0].statistic: expected ⟨fit⟩.⟨column⟩ of a fit (powerLaw.…), got "powerLaw"; did you mean powerLaw?',
  ],
  'a claim of an unknown column': [
    claim({ statistic: 'powerLaw.exponet' }),
    `claims[0].statistic: expected a column of powerLaw (${scalars}), got "exponet"; did you mean exponent?`,
  ],
  'a claim of a list': [
    claim({ statistic: 'powerLaw.localExponents' }),
    `claims[0].statistic: expected a column of powerLaw (${scalars}), got "localExponents"`,
  ],
  'a test against words': [
    claim({ test: { statistic: 'powerLaw.localExponents', within: 0.1, of: 'powerLaw.interval' } }),
    `claims[0].test.of: expected a column of powerLaw (${scalars}), got "interval"`,
  ],
  'two claims of one id': [
    tiny({ ...claim({}), claims: [claim({})['claims'][0], claim({})['claims'][0]] }),
    'claims[1].id: expected an id of its own, got "alpha" as in claims[0]',
  ],
  'a claim of one fit among several': [
    claim({}, { grid: { ...tiny()['grid'], 'model.hidden': [[4], [8]] } }),
    'claims[0].where["model.hidden"]: expected a value of that axis ([[4],[8]]), got nothing',
  ],
  'a claim of a value that is not run': [
    claim({ where: { 'model.hidden': [16] } }, { grid: { ...tiny()['grid'], 'model.hidden': [[4], [8]] } }),
    'claims[0].where["model.hidden"]: expected a value of that axis ([[4],[8]]), got [16]',
  ],
  'a claim of an axis that is none': [
    claim({ where: { 'model.hidden': [4] } }),
    'claims[0].where["model.hidden"]: expected no axis, got "model.hidden"',
  ],

  // data files
  'no data file': [file('nope.csv'), 'data: nope.csv: expected a file, found nothing there'],
  'an empty data file': [file('empty.csv'), 'data: empty.csv: expected a table, got an empty file'],
  'NaN in a data file': [file('nan.csv'), 'data: nan.csv: line 3, column a: expected a finite number, got nan'],
  'a data file of the wrong shape': [
    file('ragged.csv'),
    'data: ragged.csv: line 3: expected 3 cells as in the header, got 2',
  ],
  'a data file of one column': [
    file('column.csv'),
    'data: column.csv: expected at least two columns, inputs and a target, got "y"',
  ],
  'a data file without the target': [
    file('good.csv', 'specie'),
    'data: good.csv: target: expected a column of the file, got "specie"; the nearest is "species"',
  ],
  'a folder for a data file': [file('data'), 'data: data: expected a file, got a folder'],
  'a data file of another format': [
    file('syntax.mjs'),
    'data: syntax.mjs: expected an extension among .arrow .arrows .feather .csv .tsv .npy, got .mjs',
  ],
  'one data file of several': [
    tiny({ data: { kind: 'file' }, grid: { ...tiny()['grid'], 'data.path': ['good.csv', 'nope.csv'] } }),
    'data: nope.csv: expected a file, found nothing there',
  ],
  'no path': [tiny({ data: { kind: 'file' } }), 'data.path: expected a text that is not empty, got nothing'],

  // images
  'no images': [
    idx({ images: 'train-images' }),
    'data: train-images: expected a file, found nothing there; it is the IDX file of the images, of MNIST or Fashion-MNIST train-images-idx3-ubyte or t10k-images-idx3-ubyte, with .gz or without',
  ],
  'no path of labels': [
    tiny({ data: { kind: 'idx', images: 'images' } }),
    'data.labels: expected a text that is not empty, got nothing',
  ],
  'labels for images': [
    idx({ images: 'labels' }),
    'data: labels: expected the magic number 2051 of IDX images, got 2049, that of labels',
  ],
  'a label out of range': [
    idx({ labels: 'wrong-labels' }),
    'data: wrong-labels: label 2: expected a class from 0 to 9, got 12',
  ],
  'more images than there are': [
    idx({ first: 5 }),
    'data: images: first: expected at most the 4 examples that are there, got 5',
  ],
  'one number of images of several': [
    { ...idx(), grid: { ...tiny()['grid'], 'data.first': [2, 4, 6] } },
    'data: images: first: expected at most the 4 examples that are there, got 6',
  ],
  'no image at all': [idx({ first: 0 }), 'data.first: expected an integer of at least 1, got 0'],
  'one class': [idx({ classes: [1] }), 'data.classes: expected two classes or more, each once, got [1]'],
  'a class twice': [idx({ classes: [1, 1] }), 'data.classes: expected two classes or more, each once, got [1,1]'],
  'an eleventh class': [idx({ classes: [0, 10] }), 'data.classes[1]: expected an integer from 0 to 9, got 10'],
  'an unknown way to normalise': [
    idx({ normalize: 'standart' }),
    'data.normalize: expected one of unit, standard, got "standart"; did you mean standard?',
  ],
  'no batch of CIFAR-10': [
    cifar(),
    'data: cifar/data_batch_2.bin: expected a file, found nothing there; unpack cifar-10-binary.tar.gz, and put its data_batch_1.bin, data_batch_2.bin, data_batch_3.bin, data_batch_4.bin, data_batch_5.bin and test_batch.bin into cifar',
  ],
  'an unknown split': [cifar({ split: 'all' }), 'data.split: expected one of train, test, got "all"'],

  // modules of one's own
  'no module': [tiny({ operators: ['./nope.mjs'] }), 'operators[0]: nope.mjs: expected a module, got nothing there'],
  'a module that throws': [
    tiny({ operators: ['./throws.mjs'] }),
    'operators[0]: throws.mjs: expected a module that can be loaded, got Error: no licence',
  ],
  'a module that exports something else': [
    tiny({ operators: ['./wrong.mjs'] }),
    `operators[0]: wrong.mjs: expected the module to export ${exports}, got default, operator`,
  ],
  'a module that exports nothing': [
    tiny({ operators: ['./nothing.mjs'] }),
    `operators[0]: nothing.mjs: expected the module to export ${exports}, got no exports`,
  ],
  'a module whose entry is none': [
    tiny({ operators: ['./entry.mjs'] }),
    'operators[0]: entry.mjs: operators.mine.options: expected a z.strictObject({ … }), got {}; operators.mine.create: expected a function (options) => operator, got 3',
  ],
  'a module with a name that is taken': [
    tiny({ operators: ['./taken.mjs'] }),
    'operators[0]: taken.mjs: operators.hessian: expected a new name for an operator, got one that is taken',
  ],
  'a module whose fit is none': [
    tiny({ operators: ['./fit-entry.mjs'] }),
    'operators[0]: fit-entry.mjs: fits.mine.options: expected a z.strictObject({ … }), got {}; fits.mine.columns: expected columns, with fit and where among them as text, got {"fit":1}; fits.mine.create: expected a function (options) => operator, got 3',
  ],
  'a module with a fit whose name is taken': [
    tiny({ operators: ['./fit-taken.mjs'] }),
    'operators[0]: fit-taken.mjs: fits.powerLaw: expected a new name for a fit, got one that is taken',
  ],
  'a module whose fits are none': [
    tiny({ operators: ['./fit-wrong.mjs'] }),
    'operators[0]: fit-wrong.mjs: expected the module to export fits = { name: { options, columns, create } }, got fits = 3',
  ],
  'an operator of one’s own that refuses': [
    tiny({ operators: ['./refuses.mjs'], measure: [{ op: 'conservation' }, { op: 'mine' }] }),
    'measure[1]: mine: no',
  ],
  'an operator of one’s own whose column is none': [
    tiny({ operators: ['./columns.mjs'], measure: [{ op: 'mine' }] }),
    'measure[0]: column x: expected one made by float64(…), int32(…), utf8(…) …, got "f8"',
  ],
  'an operator of one’s own whose create gives none': [
    tiny({ operators: ['./junk.mjs'], measure: [{ op: 'mine' }] }),
    'measure[0]: expected create of mine to return an operator on rows, got 3',
  ],
  'an operator of one’s own that takes the name of a column': [
    tiny({ operators: ['./clash.mjs'], measure: [{ op: 'mine' }] }),
    'measure: expected columns beside those of the tables (run, seed, status, steps, finalLoss), got run',
  ],
  'an export that is no object': [
    tiny({ modules: ['./number.mjs'] }),
    'modules[0]: number.mjs: expected the module to export data = { name: { options, make } }, got data = 3',
  ],
  'a kind of data whose entry is none': [
    tiny({ modules: ['./kind.mjs'] }),
    'modules[0]: kind.mjs: data.mine.make: expected a function (options) => data, got nothing; data.mine.path: unknown key; did you mean paths? (known: options, paths, make)',
  ],
  'a kind of data with a name that is taken': [
    tiny({ modules: ['./xor.mjs'] }),
    'modules[0]: xor.mjs: data.xor: expected a new name for a kind of data, got one that is taken',
  ],
  'an optimizer that optimizer(…) did not make': [
    tiny({ modules: ['./optimizer.mjs'] }),
    'modules[0]: optimizer.mjs: optimizers.mine: expected what optimizer(…) returns, got a function',
  ],
  'modules under both their names': [
    tiny({ modules: [], operators: [] }),
    'operators: expected modules alone, got both; operators is another name of it',
  ],
  'modules that are no list': [tiny({ modules: './wrong.mjs' }), 'modules: expected a list, got "./wrong.mjs"'],
  'operators that are no list': [tiny({ operators: './wrong.mjs' }), 'operators: expected a list, got "./wrong.mjs"'],
};

describe('a spec that cannot run', () => {
  it('is one with nothing changed, or the tests below say nothing', async () => {
    expect(await saidOf(tiny())).toBeNull();
    expect(await saidOf(file('good.csv'))).toBeNull();
    expect(await saidOf(idx())).toBeNull();
    expect(await saidOf(cifar({ first: 3, classes: [3, 0, 1] }))).toBeNull();
    expect(await saidOf(claim({ test: { statistic: 'powerLaw.localExponents', within: 0.1, of: 1 } }))).toBeNull();
    expect(await saidOf(measure({ op: 'hessian' }, { op: 'ema', of: 'sharpness' }))).toBeNull();
  });

  it.each(Object.entries(faults))('says what is wrong with %s', async (_, [spec, ...said]) => {
    expect(await saidOf(spec)).toEqual(said.map((line) => `spec.json: ${line}`));
  });

  it('is a file that is not there, or a folder', async () => {
    const missing = loadSpec(files.in('nope.json'));
    await expect(missing).rejects.toThrow(
      new SpecError(`${files.in('nope.json')}: expected a spec, got nothing there`),
    );
    await expect(loadSpec(files.path)).rejects.toThrow(`${files.path}: expected a spec, got a folder`);
    await expect(loadSpec(files.in('good.csv/spec.json'))).rejects.toThrow('expected a spec, got nothing there');
  });

  it('writes nothing', async () => {
    const before = readdirSync(files.path);
    for (const [spec] of Object.values(faults)) await saidOf(spec);
    expect(readdirSync(files.path)).toEqual(before);
  });
});

describe('data that are read from files', () => {
  const keysOf = async (spec: Written) =>
    (await prepare(await loadSpec(files.write('keys.json', spec)), 'typed-array')).runs.map(({ key }) => key);

  it('are what a trajectory is named by, not the files that hold them', async () => {
    const keys = await keysOf(idx());
    expect(await keysOf(idx({ images: 'images.gz' }))).toEqual(keys);
    expect(await keysOf(idx({ first: 4, normalize: 'unit' }))).toEqual(keys);
    for (const changes of [{ first: 3 }, { classes: [0, 1, 3] }, { normalize: 'standard' }]) {
      expect(await keysOf(idx(changes))).not.toEqual(keys);
    }
  });

  it('have their paths made absolute in what is stored, those of the grid too, and in nothing else', async () => {
    const preparedOf = async (spec: Written) => prepare(await loadSpec(files.write('paths.json', spec)), 'typed-array');
    const { loaded, spec } = await preparedOf(idx({ images: 'images.gz' }));
    expect(loaded.spec.data).toMatchObject({ images: 'images.gz', labels: 'labels' });
    expect(spec.data).toMatchObject({ images: files.in('images.gz'), labels: files.in('labels'), normalize: 'unit' });
    const grid = { ...tiny()['grid'], 'data.images': ['images', 'images.gz'], 'data.normalize': ['unit', 'standard'] };
    const swept = await preparedOf({ ...idx(), grid });
    expect(swept.spec.grid).toMatchObject({
      'data.images': [files.in('images'), files.in('images.gz')],
      'data.normalize': ['unit', 'standard'],
    });
    const { spec: coloured } = await preparedOf(cifar({ split: 'test' }));
    expect(coloured.data).toMatchObject({ folder: files.in('cifar'), split: 'test' });
  });

  it('are the same rows as those of a table of the same numbers', async () => {
    const cells = [3, 0, 1, 0].map((label) => [...image(label, 4).map((byte) => byte / 255), `class ${label}`]);
    files.write('images.csv', ['a,b,c,d,label', ...cells.map((row) => row.join())].join('\n'));
    expect(await keysOf(idx({ classes: [0, 1, 3] }))).toEqual(await keysOf(file('images.csv')));
  });
});

describe('--set', () => {
  const preparedWith = async (...sets: string[]) =>
    prepare(await loadSpec(files.write('set.json', tiny({ measure: [{ op: 'hessian' }] })), sets), 'typed-array');

  it('changes a key, an entry of a list, an axis with a dot in its name', async () => {
    const sets = ['steps=7', 'loss=mse', 'measure[0].every=5', 'measure.0.tol=0.01', 'grid.model.hidden=[[3],[5]]'];
    const { spec, runs } = await preparedWith(...sets, 'grid.learningRate[1]=0.5');
    expect(spec).toMatchObject({ steps: 7, loss: 'mse', measure: [{ op: 'hessian', every: 5, tol: 0.01 }] });
    expect(spec.grid).toEqual({ learningRate: [0.01, 0.5], seed: [1], 'model.hidden': [[3], [5]] });
    expect(runs.map(({ config }) => config.model.hidden)).toEqual([[3], [5], [3], [5]]);
  });

  it.each([
    ['steps', '--set: expected path=json, got steps'],
    ['=3', '--set: expected path=json, got =3'],
    ['steps=many', 'spec.json: steps: expected an integer from 1 to 2147483647, got "many"'],
    ['stepz=3', `spec.json: stepz: unknown key; did you mean steps? (known: ${known})`],
    ['grid.seed=1', 'spec.json: grid.seed: expected a list with at least one entry, got 1'],
    [
      'grid.model.hiden=[[1]]',
      `spec.json: grid["model.hiden"]: unknown axis; did you mean model.hidden? (known: ${axes})`,
    ],
    ['measure[3].op=ema', '--set measure[3].op: expected an entry of the list, 0 to 0, got 3'],
    ['__proto__.steps=3', `spec.json: __proto__: unknown key (known: ${known})`],
  ])('refuses %s', async (set, said) => {
    expect(await saidOf(tiny({ measure: [{ op: 'conservation' }] }), [set])).toEqual([said]);
  });

  it('refuses an entry of a list that is empty', async () => {
    const said = '--set fit[0].x: expected no key, for the list is empty, got 0';
    expect(await saidOf(tiny({ fit: [] }), ['fit[0].x=seed'])).toEqual([said]);
  });
});

describe('prepare', () => {
  const keys = async (spec: Written) =>
    (await prepare(await loadSpec(files.write('keys.json', spec)), 'typed-array')).runs.map(({ key }) => key);

  it('gives every run a key of all that its rows depend on, and of nothing else', async () => {
    const base = await keys(tiny());
    const same = [
      tiny({ name: 'other', question: 'Why?', source: 'me' }),
      fit({}),
      claim({}),
      tiny({ measure: [{ op: 'conservation', laws: ['layer'], biases: true }], random: 'torch', logEvery: 1 }),
    ];
    for (const spec of same) expect(await keys(spec)).toEqual(base);
    const others = [
      tiny({ steps: 21 }),
      tiny({ logEvery: 2 }),
      tiny({ random: 'native' }),
      tiny({ order: 'data-first' }),
      tiny({ loss: 'mse' }),
      tiny({ measure: [] }),
      data({ separation: 1 }),
      model({ bias: true }),
      grid({ seed: [2] }),
      grid({ learningRate: [0.02, 0.2] }),
    ];
    const all = [base, ...(await Promise.all(others.map(async (spec) => keys(spec))))].flat();
    expect(new Set(all).size).toBe(all.length);
  });

  it('keys a data file by what it holds, wherever it lies', async () => {
    files.write('data/copy.csv', 'a,b,species\n1,2,x\n2,1,y\n0,1,x\n');
    const [first, copy] = [await keys(file('good.csv')), await keys(file('data/copy.csv'))];
    expect(copy).toEqual(first);
    files.write('data/copy.csv', 'a,b,species\n1,2,x\n2,1,y\n0,2,x\n');
    expect(await keys(file('data/copy.csv'))).not.toEqual(first);
  });

  it('numbers the runs with the last axis fastest', async () => {
    const spec = tiny({ grid: { 'model.bias': [false, true], learningRate: [0.1, 0.2], seed: [1, 2] } });
    const { runs } = await prepare(await loadSpec(files.write('keys.json', spec)), 'typed-array');
    expect(runs.map(({ run, point }) => [run, ...Object.values(point)])).toEqual([
      [0, false, 0.1, 1],
      [1, false, 0.1, 2],
      [2, false, 0.2, 1],
      [3, false, 0.2, 2],
      [4, true, 0.1, 1],
      [5, true, 0.1, 2],
      [6, true, 0.2, 1],
      [7, true, 0.2, 2],
    ]);
  });
});

describe('the engine of a prepared spec', () => {
  it('refuses what would not fit into its memory, for its widths or for its samples, and draws none of it', async () => {
    const before = process.memoryUsage().arrayBuffers;
    const wide = await loadSpec(files.write('wide.json', tiny({ model: { kind: 'mlp', hidden: [12000, 12000] } })));
    await expect(prepare(wide, 'wasm')).rejects.toThrow(
      /: model: the workspace must fit into 4\.00 GiB, got an estimate of 6/,
    );
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10 * 2 ** 20);
    const data = { kind: 'gaussian-mixture', n: 100_000, d: 4, classes: 2, separation: 2 };
    const long = tiny({ data, model: { kind: 'mlp', hidden: [2000] } });
    // h, delta, Rh and Rdelta of 100 000 × 2000 doubles
    const many = await loadSpec(files.write('many.json', long));
    await expect(prepare(many, 'wasm')).rejects.toThrow(
      /: model: the workspace must fit into 4\.00 GiB, got an estimate of 6/,
    );
    // and the transposes besides
    await expect(prepare(many, 'typed-array')).rejects.toThrow(
      /: model: .* fit into 8\.00 GiB, got an estimate of 19\.\d GiB/,
    );
    expect((await prepare(wide, 'typed-array')).runs).toHaveLength(2);
  });

  it('is part of a key by its class of bits, not by its name', async () => {
    const loaded = await loadSpec(files.write('bits.json', tiny()));
    const keys = async () => (await prepare(loaded, 'wasm')).runs.map(({ key }) => key);
    const before = await keys();
    const saved = engines.wasm;
    try {
      engines.wasm = { ...saved, name: 'native' };
      expect(await keys()).toEqual(before);
      engines.wasm = { ...saved, bits: 'native-fma' };
      expect((await keys()).filter((key) => before.includes(key))).toEqual([]);
    } finally {
      engines.wasm = saved;
    }
  });

  it('is the one asked for, else the one that takes its place, and then it is said why', async () => {
    const loaded = await loadSpec(files.write('engine.json', tiny()));
    expect(await prepare(loaded, 'wasm')).toMatchObject({ engine: { name: 'wasm' }, fallback: undefined });
    const saved = { ...engines };
    const lacking = (name: EngineName) => `${name} needs instructions that this runtime lacks`;
    try {
      engines['wasm-fma'] = { ...saved['wasm-fma'], available: false };
      expect(await prepare(loaded, 'wasm-fma')).toMatchObject({
        engine: { name: 'wasm' },
        fallback: lacking('wasm-fma'),
      });
      engines.wasm = { ...saved.wasm, available: false };
      expect(await prepare(loaded, 'wasm-fma')).toMatchObject({
        engine: { name: 'typed-array' },
        fallback: lacking('wasm-fma'),
      });
      expect(await prepare(loaded, 'wasm')).toMatchObject({
        engine: { name: 'typed-array' },
        fallback: lacking('wasm'),
      });
    } finally {
      Object.assign(engines, saved);
    }
  });
});
