import { afterEach, describe, expect, it, vi } from 'vitest';
import type { EngineName } from '../../../src/math/engines/engines.ts';

// the compiler knows no WebAssembly without the types of a browser
const { WebAssembly } = globalThis as unknown as { WebAssembly: { validate(bytes: Uint8Array): boolean } };

afterEach(() => {
  vi.restoreAllMocks();
  vi.resetModules();
});

const load = () => import('../../../src/math/engines/engines.ts');

/** Loads the registry as a runtime does that finds no module of SIMD instructions valid. */
function withoutSimd() {
  vi.resetModules();
  vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
  return load();
}

const names: EngineName[] = ['typed-array', 'wasm', 'wasm-fma'];

describe('the engine that runs', () => {
  it('is the one asked for', async () => {
    const { engines, firstAvailable, loadEngine, loadOrFallBack } = await load();
    for (const name of ['typed-array', 'wasm'] as const) {
      expect(engines[name].name).toBe(name);
      expect(firstAvailable(name)).toBe(engines[name]);
      expect(await loadEngine(name)).toBe(engines[name]);
      expect(await loadOrFallBack(name)).toEqual({ engine: engines[name] });
    }
  });

  it('is typed-array if the runtime has no SIMD, and the reason is said', async () => {
    const { engines, firstAvailable, loadEngine, loadOrFallBack } = await withoutSimd();
    expect(engines.wasm.available).toBe(false);
    expect(names.map(firstAvailable)).toEqual(names.map(() => engines['typed-array']));
    for (const name of ['wasm', 'wasm-fma'] as const) {
      const fallback = `${name} needs instructions that this runtime lacks`;
      await expect(loadEngine(name)).rejects.toThrow(new Error(fallback));
      expect(await loadOrFallBack(name)).toEqual({ engine: engines['typed-array'], fallback });
    }
  });

  it('is the next one if a package is not installed', async () => {
    const { engines, loadEngine, loadOrFallBack, registry } = await load();
    const native = 'native' as EngineName;
    Object.assign(registry, {
      native: { load: () => Promise.reject(new Error('Cannot find package')), fallback: 'wasm' },
    });
    const fallback = 'native cannot be loaded: Cannot find package';
    await expect(loadEngine(native)).rejects.toThrow(new Error(fallback));
    expect(await loadOrFallBack(native)).toEqual({ engine: engines.wasm, fallback });
  });

  it('is one of those in the registry', async () => {
    const { loadEngine, loadOrFallBack } = await load();
    for (const by of [loadEngine, loadOrFallBack]) {
      await expect(by('native' as EngineName)).rejects.toThrow(
        new RangeError(`${by.name}: name must be one of typed-array, wasm, wasm-fma, got native`),
      );
    }
  });

  it('is wasm if an objective names none', async () => {
    const { engines } = await load();
    const { chebyshev, mlp, objective } = await import('../../../src/index.ts');
    const { wasm } = engines;
    const open = vi.fn(wasm.open);
    engines.wasm = { ...wasm, open };
    objective({ model: mlp({ hidden: [3] }), loss: 'mse', data: chebyshev({ n: 5, degree: 2 }) })
      .open()
      .close();
    expect(open).toHaveBeenCalledOnce();
  });

  it('computes a loss on a runtime without SIMD', async () => {
    await withoutSimd();
    const { chebyshev, emptySums, mlp, objective } = await import('../../../src/index.ts');
    const data = chebyshev({ n: 5, degree: 2 });
    const L = objective({ model: mlp({ hidden: [3] }), loss: 'mse', data, engine: 'wasm' });
    const sums = emptySums(L.tensors);
    expect(L.open().evaluate(L.start(), new Float64Array(L.dim), sums)).toBeGreaterThan(0);
  });

  it('may be one that a promise gave, which an objective opens as it is', async () => {
    const { engines, loadEngine } = await load();
    const { chebyshev, mlp, objective } = await import('../../../src/index.ts');
    const opened: number[] = [];
    const engine = {
      ...(await loadEngine('typed-array')),
      products: ['hvp'] as const,
      precision: 'float32' as const,
      open(...[network, options]: Parameters<(typeof engines)['wasm']['open']>) {
        opened.push(network.dim);
        return engines['typed-array'].open(network, options);
      },
    };
    const L = objective({ model: mlp({ hidden: [3] }), loss: 'mse', data: chebyshev({ n: 5, degree: 2 }), engine });
    L.open().close();
    expect({ opened, products: L.products, precision: L.facts.precision }).toEqual({
      opened: [L.dim],
      products: ['hvp'],
      precision: 'float32',
    });
  });
});
