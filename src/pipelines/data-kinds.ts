import { z } from 'zod';
import { cifar10Options, readCifar10 } from '../datasets/cifar10.ts';
import { readDataset } from '../datasets/file.ts';
import { idxOptions, readIdx } from '../datasets/idx.ts';
import { chebyshev } from '../math/data/chebyshev.ts';
import type { Data, Dataset } from '../math/data/dataset.ts';
import { gaussianMixture } from '../math/data/gaussian-mixture.ts';
import { spheres } from '../math/data/spheres.ts';
import { holdingOut } from '../math/data/split.ts';
import { xor } from '../math/data/xor.ts';
import { fraction } from '../options.ts';
import { int32Count as count } from './counts.ts';
import { namedIn } from './named-in.ts';

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
   * Makes the data, to be drawn for each seed, or reads a data set. Kinds with `paths` must read: a
   * data set, or data with the data set that they are drawn `from`.
   */
  // biome-ignore lint/suspicious/noExplicitAny: each takes what its own schema gives
  readonly make: (options: any) => Data | Dataset;
}

export type DataKinds = Readonly<Record<string, DataKind>>;

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
    options: idxOptions.meta({ description: 'MNIST, Fashion-MNIST, or another set of ten classes in IDX files' }),
    paths: ['images', 'labels', 'testImages', 'testLabels'],
    make: readIdx,
  },
  cifar10: {
    options: cifar10Options.meta({ description: 'CIFAR-10 in its binary version' }),
    paths: ['folder'],
    make: readCifar10,
  },
  file: {
    options: z.strictObject({
      path: z.string().min(1).meta({ description: 'path of an Arrow, CSV or NPY file' }),
      target: z
        .union([z.string(), z.int().nonnegative()])
        .optional()
        .meta({ description: 'the column to predict; default the last' }),
      test: z
        .union([fraction, z.string().min(1)])
        .optional()
        .meta({
          description: 'samples held out: a share of the rows, drawn for each seed, or the path of another file',
        }),
    }),
    paths: ['path', 'test'],
    make: ({ path, test, ...options }) =>
      typeof test === 'number'
        ? holdingOut(readDataset(path, options), test)
        : readDataset(path, { ...options, ...(test && { test }) }),
  },
};

/** Makes the schema of `data` in a spec: the options of each kind beside its name. */
export const dataSchema = (kinds: DataKinds) =>
  namedIn<'kind', DataKind>('kind', kinds, ({ options: { shape }, paths = [] }) =>
    Object.fromEntries(
      paths.map((key) => {
        const path = shape[key] as z.ZodType;
        return [key, path.meta({ description: `${path.description ?? 'path'}, relative to the spec` })];
      }),
    ),
  );
