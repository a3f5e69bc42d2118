/** A learning rate as a function of the updates made so far: η of the update after step t. */
export type Schedule = (step: number) => number;
