/** Raised by any change that moves a bit of a trajectory: what was stored under another number is computed anew. */
export const numericsVersion = 5;
