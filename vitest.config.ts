import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    testTimeout: 60_000,
    pool: 'forks',
    expect: { requireAssertions: true },
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/math/kernels/assembly/**', 'src/**/*.wasm.ts'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: { statements: 80, branches: 70, functions: 80, lines: 80 },
    },
  },
});
