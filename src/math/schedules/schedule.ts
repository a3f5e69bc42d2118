/** Learning rate by the number of updates made so far: η of the update after step t. */
export type Schedule = (step: number) => number;
