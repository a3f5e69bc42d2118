/**
 * Entries of a layer that are summed one after the other, before the sums of such blocks are added up: over 10⁵ parameters
 * ‖W‖² then errs by a few ε, and not by the 10² that one running sum collects, which the drift would be off by.
 */
export const SUM_BLOCK = 4096;
