/** Choice among labelled examples. */
export interface Choice {
  /** Classes to take, numbered in this order. Default all. */
  readonly classes?: readonly number[] | undefined;
  /** Examples to take at most. */
  readonly most: number;
}

/**
 * Takes the first examples of the classes asked for: their indices, and their labels numbered anew.
 */
export function choose(labels: Uint8Array, { classes, most }: Choice): { indices: number[]; labels: number[] } {
  const indices: number[] = [];
  const chosen: number[] = [];
  for (let i = 0; i < labels.length && chosen.length < most; i++) {
    const label = classes ? classes.indexOf(labels[i]!) : labels[i]!;
    if (label < 0) continue;
    indices.push(i);
    chosen.push(label);
  }
  return { indices, labels: chosen };
}
