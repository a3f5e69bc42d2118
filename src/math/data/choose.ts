/** Which of the labelled examples to take. */
export interface Choice {
  /** The classes to take, which are numbered in this order; all if absent. */
  readonly classes?: readonly number[] | undefined;
  /** How many at most. */
  readonly most: number;
}

/** The first examples of the classes asked for: where they are, and their labels, numbered anew. */
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
