/** The loader of TypeScript, once it is asked for: in a source tree this thread has one already. */
let loader: Promise<void> | undefined = import.meta.url.endsWith('.ts') ? Promise.resolve() : undefined;

const load = (): Promise<void> =>
  import('tsx/esm/api').then(
    ({ register }) => void register(),
    () => {}, // Node itself may take it
  );

/**
 * Imports a module of a user's own by its URL; one in TypeScript by tsx, where that is installed: a thread does not inherit
 * the loader of the one that made it, and Node remembers what it could not load.
 *
 * @throws what the module throws; without a loader that Node does not know the extension.
 */
export async function importModule(url: string): Promise<Record<string, unknown>> {
  if (/\.[cm]?ts$/.test(new URL(url).pathname)) await (loader ??= load());
  return import(url);
}
