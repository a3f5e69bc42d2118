import { lastValueFrom, map, type Observable, take } from 'rxjs';
import { describe, expect, it } from 'vitest';
import * as rxdescent from '../src/index.ts';

// as from JavaScript: a call that the compiler has not seen
// biome-ignore lint/suspicious/noExplicitAny: that is the point
const js = rxdescent as any;
const { chebyshev, float64, gradientDescent, mlp, objective } = rxdescent;

const data = chebyshev({ n: 8, degree: 3 });
const model = mlp({ hidden: [4] });
const L = objective({ model, loss: 'mse', data });
const rate = { objective: L, learningRate: 0.1 };
// biome-ignore lint/suspicious/noExplicitAny: as above
const run = gradientDescent(rate).pipe(take(3)) as any;
const stateless = map(({ state, ...row }: Record<string, unknown>) => row);
const one = { one: float64('1') };

const said = async (call: () => unknown) => {
  try {
    const result = call();
    if (rxdescent.isStream(result)) await lastValueFrom(result as Observable<unknown>);
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
  return 'nothing';
};

describe('a mistake', () => {
  it.each<[string, () => unknown, string]>([
    // objectives
    [
      'data that are a path',
      () => js.objective({ model, loss: 'mse', data: 'iris.csv' }),
      'TypeError: objective: data must be data, as xor({ n: 100 }) or readDataset(path) makes them, got "iris.csv"',
    ],
    [
      'no data',
      () => js.objective({ model, loss: 'mse' }),
      'TypeError: objective: data must be data, as xor({ n: 100 }) or readDataset(path) makes them, got undefined',
    ],
    [
      'no model',
      () => js.objective({ loss: 'mse', data }),
      'TypeError: objective: model must be a network, as mlp({ hidden: [64] }) makes it, got undefined',
    ],
    [
      'another model',
      () => js.objective({ model: { layers: 3 }, loss: 'mse', data }),
      'TypeError: objective: model must be a network, as mlp({ hidden: [64] }) makes it, got an object with layers',
    ],
    [
      'no options',
      () => js.objective(),
      'TypeError: objective: expected options among model, loss, data, seed, random, order, engine, threads, got none',
    ],
    [
      'a misspelt option of data',
      () => js.chebyshev({ n: 8, degre: 3 }),
      'TypeError: chebyshev: expected options among n, degree, got degre',
    ],
    [
      'a misspelt option of a mixture',
      () => js.gaussianMixture({ n: 8, d: 2, classes: 2, separation: 1, seperation: 2 }),
      'TypeError: gaussianMixture: expected options among n, d, classes, separation, got seperation',
    ],
    [
      'a bias that is a word',
      () => js.mlp({ hidden: [4], bias: 'yes' }),
      'TypeError: mlp: bias must be true or false, got yes',
    ],
    // schedules
    [
      'a schedule without options',
      () => js.cosine(0.1),
      'TypeError: cosine: expected options among steps, floor, got none',
    ],
    [
      'a rate before a warm-up',
      () => js.warmup(0.1, { steps: 10 }),
      'TypeError: warmup: next must be a schedule, as constant(0.1), got 0.1',
    ],
    [
      'a misspelt option of a schedule',
      () => js.stepDecay(0.1, { every: 10, factr: 0.5 }),
      'TypeError: stepDecay: expected options among every, factor, got factr',
    ],
    [
      'a number that is a text',
      () => js.cosine('0.1', { steps: 10 }),
      'RangeError: cosine: rate must be positive and finite, got "0.1"',
    ],
    [
      'a budget that is a text',
      () => js.driftBudget({ rate: 1, budget: '1' }),
      'RangeError: driftBudget: budget must be positive and finite, got "1"',
    ],
    // sources
    [
      'no options of a source',
      () => js.gradientDescent(),
      'TypeError: gradientDescent: options must be an object with an objective, got nothing',
    ],
    [
      'no objective',
      () => js.gradientDescent({ theta0: L.start() }),
      'TypeError: gradientDescent: objective must be an objective, as objective() makes it, got nothing',
    ],
    [
      'a misspelt option of a source',
      () => js.gradientDescent({ ...rate, weigthDecay: 0.1 }),
      'TypeError: gradientDescent: expected options among weightDecay, got weigthDecay',
    ],
    [
      'an axis that no option is called by',
      () => js.momentum({ ...rate, momentum: 0.99 }),
      'TypeError: momentum: expected options among beta, dampening, nesterov, weightDecay, got momentum',
    ],
    [
      'a rate that is a text',
      () => js.gradientDescent({ ...rate, learningRate: '0.1' }),
      'TypeError: gradientDescent: learningRate must be a number, a schedule or a controller, got "0.1"',
    ],
    [
      'a schedule that gives a text',
      () => js.gradientDescent({ ...rate, learningRate: () => '0.1' }).pipe(take(2)),
      'RangeError: gradientDescent: learningRate must be finite and not negative, got "0.1" at step 0',
    ],
    [
      'parameters in float32',
      () => js.gradientDescent({ ...rate, theta0: new Float32Array(8) }),
      'TypeError: gradientDescent: theta0 must be a Float64Array of 8 parameters, got an object of the kind Float32Array',
    ],
    [
      'a rate of what paces itself',
      () => js.gradientFlow(rate),
      'TypeError: gradientFlow: must have no learningRate, because it chooses the length of its steps, got 0.1',
    ],
    // operators
    [
      'a state that was mapped away',
      () => run.pipe(stateless, js.sharpness()),
      'TypeError: sharpness: needs hvp of the objective, but the source has no state to measure',
    ],
    [
      'a state that was mapped away, for the laws',
      () => run.pipe(stateless, js.conservation()),
      'TypeError: conservation: needs gradient of the objective, but the source has no state to measure',
    ],
    [
      'a misspelt option of an operator',
      () => js.hessian({ evry: 5 }),
      'TypeError: hessian: expected options among k, bottom, matrix, every, tol, miss, got evry',
    ],
    [
      'no option where one is needed',
      () => js.batchSharpness(),
      'TypeError: batchSharpness: batch must be a positive integer, got nothing',
    ],
    [
      'a column that is mapped',
      () =>
        run.pipe(
          map((row: object) => ({ ...row, twice: 2 })),
          js.ema('twice'),
        ),
      'TypeError: ema: reads the column twice, which nothing above adds; there are step, learningRate, loss, weightNormSq, gradientNormSq; derive() declares a column of one’s own',
    ],
    ['no column', () => js.ema(), 'TypeError: ema: column must be the name of one, got nothing'],
    [
      'one column of two',
      () => js.powerLaw('learningRate'),
      'TypeError: powerLaw: x and y must be names of columns, got "learningRate" and nothing',
    ],
    [
      'a cell too many',
      () => run.pipe(js.derive(one, () => ({ one: 1, two: 2 }))),
      'TypeError: derive: expected a row to return the columns one, got one, two',
    ],
    [
      'no function to derive by',
      () => run.pipe(js.derive(one)),
      'TypeError: derive: values must be a function of a row, got nothing',
    ],
    [
      'a measurement that cannot be put down',
      () => run.pipe(js.measure(one, () => ({ row: () => ({ one: 1 }) }))),
      'TypeError: one: a measurement must have a function snapshot, got nothing; spread memoryless into what remembers nothing',
    ],
    [
      'a measurement that is not started',
      () => run.pipe(js.measure(one, { row: () => ({ one: 1 }) })),
      'TypeError: measure: must be given a function that starts a measurement, got {"row":"a function"}',
    ],
    [
      'an operator without a schema',
      () => js.operator('mine', {}),
      'TypeError: operator mine: options must be a schema, z.strictObject({ … }), got nothing',
    ],
    [
      'a table under the ending of another format',
      () => js.toArrow('output/steps.csv'),
      'TypeError: toArrow: path must not end in .csv, which is what toCsv writes, got output/steps.csv',
    ],
    // the rest
    [
      'a misspelt family of laws',
      () => js.lawsOf(L, { laws: ['nueron'] }),
      'RangeError: lawsOf: law must be one of layer, neuron, matrix, got nueron',
    ],
    [
      'no random stream',
      () => js.lanczos((x: Float64Array) => x, 3, {}),
      'TypeError: lanczos: random must be a random stream, as nativeRandom(1), got undefined',
    ],
    ['no path', () => js.readDataset(), 'TypeError: path must name a file, got undefined'],
  ])('says what is wrong, and what would be right: %s', async (_, call, message) => {
    expect(await said(call)).toBe(message);
  });
});
