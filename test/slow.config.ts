import { defineConfig } from 'vitest/config';

/** Tests that take minutes or mount a disk, each script's by the folder it names; never two at once, as they measure. */
export default defineConfig({
  test: {
    include: ['test/{disk,long,package}/*.slow.ts'],
    testTimeout: 1_200_000,
    hookTimeout: 1_200_000,
    fileParallelism: false,
  },
});
