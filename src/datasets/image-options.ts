import { z } from 'zod';
import { count, type Given } from '../options.ts';

/** Classes of MNIST, Fashion-MNIST and CIFAR-10. */
export const tenClasses = 10;

/** Schema of the options of every reader of images. */
export const imageOptions = z.strictObject({
  first: count.optional().meta({ description: 'examples to read, in the order of the files; default all' }),
  classes: z
    .array(
      z
        .int()
        .min(0)
        .max(tenClasses - 1),
    )
    .refine((classes) => classes.length > 1 && new Set(classes).size === classes.length, {
      error: 'expected two classes or more, each once',
    })
    .optional()
    .meta({ description: 'classes to read, which become 0, 1, … in this order; default all ten' }),
  normalize: z
    .enum(['unit', 'standard'])
    .default('unit')
    .meta({ description: 'unit: bytes / 255; standard: each channel less its mean, over its deviation' }),
});

export type ImageOptions = Given<typeof imageOptions>;
/** Options of a reader of images, with their defaults. */
export type Asked = z.output<typeof imageOptions>;

/** Schema of the option that says how many examples of a test set are read. */
export const testFirst = count
  .optional()
  .meta({ description: 'examples that are held out, in the order of the test files; default all' });

/** @throws {RangeError} if an option of a test set is given without the test set. */
export function requireTest(who: string, { test, testFirst }: { test: unknown; testFirst: unknown }): void {
  if (test || testFirst === undefined) return;
  throw new RangeError(`${who}: testFirst must come with a test set, got ${testFirst} alone`);
}

/** @throws {RangeError} that names `place` and the first of `labels` that is not in 0 … 9. */
export function checkLabels(place: string, labels: Uint8Array): void {
  const bad = labels.findIndex((label) => label >= tenClasses);
  if (bad >= 0) throw new RangeError(`${place}: label ${bad}: expected a class from 0 to 9, got ${labels[bad]}`);
}

/**
 * @throws {RangeError} that names `place`, if not so many examples were found as were asked for, or
 * none.
 */
export function checkFound(place: string, found: number, { first, classes }: ImageOptions): void {
  const those = classes ? `examples of the classes ${classes.join(', ')}` : 'examples';
  if (found === 0) throw new RangeError(`${place}: expected ${those}, found none`);
  if (first !== undefined && found < first) {
    throw new RangeError(`${place}: first: expected at most the ${found} ${those} that are there, got ${first}`);
  }
}
