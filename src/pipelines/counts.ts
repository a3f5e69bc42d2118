import { z } from 'zod';

/** Positive integer that an int32 column can hold. */
export const count = z
  .int()
  .positive()
  .max(2 ** 31 - 1);
