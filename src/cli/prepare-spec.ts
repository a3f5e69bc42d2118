import type { Prepared } from '../executors/prepare.ts';
import type { EngineName } from '../math/engines/engines.ts';

/**
 * Reads and checks a spec. Loads the modules for it when it is called, because help needs none of
 * them.
 */
export async function prepareSpec(path: string, set: readonly string[], engine?: EngineName): Promise<Prepared> {
  const [{ prepare }, { loadSpec }] = await Promise.all([
    import('../executors/prepare.ts'),
    import('../pipelines/load-spec.ts'),
  ]);
  return prepare(await loadSpec(path, set), engine);
}
