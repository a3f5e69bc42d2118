import * as fs from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as rxjs from 'rxjs';
import ts from 'typescript';
import { z } from 'zod';
import * as api from '../../src/index.ts';
import { cifarBatch, idxImages, idxLabels, image } from '../datasets/image-bytes.ts';

const { conservation, derive, float64, gaussianMixture, gradientDescent, mlp, nativeRandom, objective } = api;
const { last, take } = rxjs;

const data = gaussianMixture({ n: 40, d: 3, classes: 2, separation: 2 });
const at = (seed: number) => objective({ model: mlp({ hidden: [4] }), loss: 'mse', seed, data });
const L = at(0);
const descent = { objective: L, theta0: L.start(), learningRate: 0.02 };

/** Stands for `run` in an example: a stream, the function of a sweep, or the options of a descent. */
function runIn(example: string): unknown {
  if (/\bsweep\(/.test(example)) return runOfPoint;
  const isStream = /\brun\s*\.pipe|\((?:run\)|run, )/.test(example.replaceAll('gradientDescent(run)', ''));
  return isStream ? gradientDescent(descent).pipe(take(200)) : descent;
}

const runOfPoint = ({ learningRate, seed }: { learningRate: number; seed: number }) =>
  gradientDescent({ objective: at(seed), theta0: at(seed).start(), learningRate }).pipe(
    take(50),
    conservation(),
    last(),
    derive({ finalLoss: float64('loss of the last row') }, ({ loss }) => ({ finalLoss: loss })),
  );

/** Puts the files that examples read into a folder. */
export function writeFilesOfExamples(folder: string): void {
  const write = (name: string, bytes: string | Uint8Array) => fs.writeFileSync(join(folder, name), bytes);
  const labels = (n: number) => Array.from({ length: n }, (_, i) => i % 10);
  write('iris.csv', 'petal,sepal,species\n1.4,5.1,setosa\n4.7,7,versicolor\n');
  write('train-images-idx3-ubyte.gz', idxImages(28, 28, ...labels(500).map((_, i) => image(i, 28 * 28))));
  write('train-labels-idx1-ubyte.gz', idxLabels(...labels(500)));
  fs.mkdirSync(join(folder, 'cifar-10-batches-bin'));
  write('cifar-10-batches-bin/data_batch_1.bin', cifarBatch(labels(500)));
  const index = new URL('../../src/index.ts', import.meta.url).href;
  write('package.json', '{ "type": "module" }');
  write(
    'pipeline.js',
    `import { take } from ${JSON.stringify(import.meta.resolve('rxjs'))};
    import { gradientDescent, mlp, objective, xor } from '${index}';
    export function run({ learningRate, seed }) {
      const L = objective({ model: mlp({ hidden: [4] }), loss: 'mse', seed, data: xor({ n: 20 }) });
      return gradientDescent({ objective: L, theta0: L.start(), learningRate }).pipe(take(10));
    }`,
  );
}

/** The example as the body of a function that returns the value of its last statement. */
function bodyOf(example: string): string {
  const file = ts.createSourceFile('example.ts', example, ts.ScriptTarget.Latest);
  const last = file.statements.at(-1)!;
  const start = last.getStart(file);
  const text = ts.isExpressionStatement(last) ? `${example.slice(0, start)}return ${example.slice(start)}` : example;
  return ts.transpile(text, { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext });
}

const AsyncFunction = (async () => {}).constructor as new (
  ...code: string[]
) => (...given: unknown[]) => Promise<unknown>;

/**
 * Runs an example in the current folder, and streams that it returns or subscribes to until they end.
 *
 * @returns The value of its last statement. @throws The first error, of a stream too.
 */
export async function runExample(example: string, say: (...said: unknown[]) => void): Promise<unknown> {
  const here = { url: pathToFileURL(join(process.cwd(), 'example.js')).href };
  const given: Record<string, unknown> = {
    ...rxjs,
    ...api,
    z,
    readFileSync: fs.readFileSync,
    console: { log: say, error: say },
    L,
    at,
    run: runIn(example),
    random: nativeRandom(0),
    draw: () => {},
    grid: { learningRate: [0.01, 0.02], seed: [1, 2] },
    A: Float64Array.of(2, 1, 1, 2),
    d: 2,
    here,
  };
  const body = bodyOf(example.replaceAll('import.meta', 'here'));
  const errors: unknown[] = [];
  const { onUnhandledError } = rxjs.config;
  rxjs.config.onUnhandledError = (error) => void errors.push(error);
  try {
    // names in a function of their own, so that an example may declare one of them anew
    const value = await new AsyncFunction(...Object.keys(given), `return await (async () => {\n${body}\n})()`)(
      ...Object.values(given),
    );
    if (rxjs.isObservable(value)) await rxjs.lastValueFrom(value, { defaultValue: undefined });
    if (value instanceof rxjs.Subscription) await new Promise<void>((closed) => value.add(closed));
    await new Promise((later) => setTimeout(later)); // RxJS reports an unhandled error that late
    if (errors.length) throw errors[0];
    return value;
  } finally {
    rxjs.config.onUnhandledError = onUnhandledError;
  }
}
