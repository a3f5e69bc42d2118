/**
 * Entries of a layer that are summed in a row; the sums of such blocks are added up. Over 10⁵
 * parameters ‖W‖² is then off by a few ε. One running sum would be off by 10² ε, and so would the
 * drift.
 */
export const SUM_BLOCK = 4096;
