/** Loader of TypeScript, once it was asked for. In a source tree this thread has one already. */
let loader: Promise<void> | undefined = import.meta.url.endsWith('.ts') ? Promise.resolve() : undefined;

const load = (): Promise<void> =>
  import('tsx/esm/api').then(
    ({ register }) => void register(),
    () => {}, // Node itself may take it
  );

/**
 * Imports a user's module by its URL. TypeScript is loaded by tsx if that is installed, because a
 * thread does not inherit the loader of the thread that made it, and Node remembers what it could
 * not load.
 *
 * @throws what the module throws, or that Node does not know the extension if there is no loader.
 */
export async function importModule(url: string): Promise<Record<string, unknown>> {
  if (/\.[cm]?ts$/.test(new URL(url).pathname)) await (loader ??= load());
  return import(url);
}
