import type { Normalize } from '../math/data/images.ts';
import { requireCounts } from '../math/require-number.ts';
import { requireOneOf } from '../math/require-one-of.ts';

/** Options of every reader of images. */
export interface ImageOptions {
  /** Examples to read, in the order of the files, from the classes asked for. Default all. */
  readonly first?: number | undefined;
  /** Classes of 0 … 9 to read, which become 0, 1, … in this order. Default all ten. */
  readonly classes?: readonly number[] | undefined;
  /**
   * `unit` (default): bytes over 255. `standard`: each channel less its mean, over its deviation,
   * of the images read.
   */
  readonly normalize?: Normalize | undefined;
}

/** Classes of MNIST, Fashion-MNIST and CIFAR-10. */
export const tenClasses = 10;

/** @throws {RangeError} that names `who` and the option. */
export function checkImageOptions(who: string, { first, classes, normalize = 'unit' }: ImageOptions): void {
  if (first !== undefined) requireCounts(who, { first });
  requireOneOf(who, { normalize }, ['unit', 'standard']);
  if (!classes) return;
  const bad = classes.find((c, i) => !(Number.isInteger(c) && c >= 0 && c < tenClasses) || classes.indexOf(c) < i);
  if (bad !== undefined || classes.length < 2) {
    throw new RangeError(`${who}: classes must be two or more different ones of 0 … 9, got ${classes.join(', ')}`);
  }
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
