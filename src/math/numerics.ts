/**
 * Version of the bits. A change that moves a bit of a trajectory raises it, and runs stored under
 * another version are computed anew.
 */
export const numericsVersion = 5;
