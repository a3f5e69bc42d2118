/** The value below which a fraction p of `values` lies. */
export const quantile = (values: readonly number[], p: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(p * (values.length - 1))]!;
