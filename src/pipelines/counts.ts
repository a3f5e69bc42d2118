import { count } from '../options.ts';

/** Positive integer that an int32 column can hold. */
export const int32Count = count.max(2 ** 31 - 1);
