import { afterEach, describe, expect, it, vi } from 'vitest';

// the compiler knows no WebAssembly without the types of a browser
const { WebAssembly } = globalThis as unknown as { WebAssembly: { validate(bytes: Uint8Array): boolean } };

afterEach(() => {
  vi.restoreAllMocks();
  vi.resetModules();
});

/** The registry as a runtime loads it that finds no module of SIMD instructions valid. */
async function withoutSimd() {
  vi.resetModules();
  vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
  return import('../../../src/math/engines/engines.ts');
}

describe('the engine that runs', () => {
  it('is the one asked for, and wasm where none is', async () => {
    const { runnable } = await import('../../../src/math/engines/engines.ts');
    expect([runnable(), runnable('wasm'), runnable('typed-array')]).toEqual(['wasm', 'wasm', 'typed-array']);
  });

  it('is typed-array where the runtime has no SIMD', async () => {
    const { engines, runnable } = await withoutSimd();
    expect(engines.wasm.available).toBe(false);
    expect([runnable(), runnable('wasm'), runnable('wasm-fma'), runnable('typed-array')]).toEqual(
      Array(4).fill('typed-array'),
    );
  });

  it('computes a loss there as well', async () => {
    await withoutSimd();
    const { chebyshev, emptySums, mlp, objective } = await import('../../../src/index.ts');
    const L = objective({ model: mlp({ hidden: [3] }), loss: 'mse', data: chebyshev({ n: 5, degree: 2 }) });
    const sums = emptySums(L.tensors);
    expect(L.open().evaluate(L.start(), new Float64Array(L.dim), sums)).toBeGreaterThan(0);
  });
});
