/** Has this thread a loader of TypeScript already? */
let loads = import.meta.url.endsWith('.ts');

/**
 * Imports a module of a user's own by its URL; one in TypeScript by tsx, where that is installed: a thread does not inherit
 * the loader of the one that made it, and Node remembers what it could not load.
 *
 * @throws what the module throws; without a loader that Node does not know the extension.
 */
export async function importModule(url: string): Promise<Record<string, unknown>> {
  if (!loads && /\.[cm]?ts$/.test(new URL(url).pathname)) {
    loads = true;
    await import('tsx/esm/api').then(
      ({ register }) => register(),
      () => {}, // Node itself may take it
    );
  }
  return import(url);
}
