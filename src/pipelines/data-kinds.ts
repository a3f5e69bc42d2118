import { z } from 'zod';
import { readCifar10 } from '../datasets/cifar10.ts';
import { readDataset } from '../datasets/file.ts';
import { readIdx } from '../datasets/idx.ts';
import { chebyshev } from '../math/data/chebyshev.ts';
import type { Data, Dataset } from '../math/data/dataset.ts';
import { gaussianMixture } from '../math/data/gaussian-mixture.ts';
import { spheres } from '../math/data/spheres.ts';
import { xor } from '../math/data/xor.ts';
import { count } from './counts.ts';

/** Kind of data that `data.kind` of a spec may name. */
export interface DataKind {
  /**
   * Schema of the keys beside `kind`. An integer there is an integer column if it is an axis of the
   * grid.
   */
  readonly options: z.ZodObject;
  /**
   * Keys that hold the path of a file or folder, relative to the spec. `make` gets absolute paths.
   */
  readonly paths?: readonly string[] | undefined;
  /**
   * Makes the data, to be drawn for each seed, or reads a data set. Kinds with `paths` must read.
   */
  // biome-ignore lint/suspicious/noExplicitAny: each takes what its own schema gives
  readonly make: (options: any) => Data | Dataset;
}

export type DataKinds = Readonly<Record<string, DataKind>>;

const path = z.string().min(1);

const imageOptions = {
  first: count.optional().meta({ description: 'examples to read, in the order of the files; default all' }),
  classes: z
    .array(z.int().min(0).max(9))
    .refine((classes) => classes.length > 1 && new Set(classes).size === classes.length, {
      error: 'expected two classes or more, each once',
    })
    .optional()
    .meta({ description: 'classes to read, which become 0, 1, … in this order; default all ten' }),
  normalize: z
    .enum(['unit', 'standard'])
    .default('unit')
    .meta({ description: 'unit: bytes / 255; standard: each channel less its mean, over its deviation' }),
};

/** Kinds of data that come with the package. */
export const dataKinds: DataKinds = {
  'gaussian-mixture': {
    options: z
      .strictObject({
        n: count,
        d: count,
        classes: count,
        separation: z.number().nonnegative().meta({ description: 'centres lie at this many √d from the origin' }),
      })
      .meta({ description: 'classes of unit noise around centres on a sphere' }),
    make: gaussianMixture,
  },
  xor: { options: z.strictObject({ n: count }), make: xor },
  spheres: { options: z.strictObject({ n: count, d: count }), make: spheres },
  chebyshev: { options: z.strictObject({ n: count.min(2), degree: count }), make: chebyshev },
  idx: {
    options: z
      .strictObject({
        images: path.meta({ description: 'as train-images-idx3-ubyte, gzipped or not, relative to the spec' }),
        labels: path.meta({ description: 'as train-labels-idx1-ubyte, gzipped or not, relative to the spec' }),
        ...imageOptions,
      })
      .meta({ description: 'MNIST, Fashion-MNIST, or another set of ten classes in IDX files' }),
    paths: ['images', 'labels'],
    make: readIdx,
  },
  cifar10: {
    options: z
      .strictObject({
        folder: path.meta({ description: 'where data_batch_1.bin … and test_batch.bin are, relative to the spec' }),
        split: z.enum(['train', 'test']).default('train'),
        ...imageOptions,
      })
      .meta({ description: 'CIFAR-10 in its binary version' }),
    paths: ['folder'],
    make: readCifar10,
  },
  file: {
    options: z.strictObject({
      path: path.meta({ description: 'an Arrow, CSV or NPY file, relative to the spec' }),
      target: z
        .union([z.string(), z.int().nonnegative()])
        .optional()
        .meta({ description: 'the column to predict; default the last' }),
    }),
    paths: ['path'],
    make: ({ path, ...options }) => readDataset(path, options),
  },
};

/** Makes the schema of `data` in a spec: the options of each kind beside its name. */
export function dataSchema(kinds: DataKinds) {
  const members = Object.entries(kinds).map(([kind, { options }]) => {
    const member = z.strictObject({ kind: z.literal(kind), ...options.shape });
    return options.description === undefined ? member : member.meta({ description: options.description });
  });
  type Member = z.ZodObject<{ kind: z.ZodLiteral<string> }, z.core.$catchall<z.ZodUnknown>>;
  return z.discriminatedUnion('kind', members as unknown as [Member, ...Member[]]);
}
