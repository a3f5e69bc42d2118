import { z } from 'zod';

type Member<K extends string, M> = z.ZodObject<Record<K, z.ZodLiteral<string>> & M, z.core.$catchall<z.ZodUnknown>>;

/**
 * Makes the schema of an object whose `key` names an entry of `registry`, beside the options of
 * that entry.
 *
 * @param more Further keys that an entry takes.
 */
export function namedIn<
  K extends string,
  E extends { readonly options: z.ZodObject },
  M extends z.ZodRawShape = Record<never, never>,
>(key: K, registry: Readonly<Record<string, E>>, more: (entry: E) => M | undefined = () => undefined) {
  const members = Object.entries(registry).map(([name, entry]) => {
    const { shape, description } = entry.options;
    const member = z.strictObject({ [key]: z.literal(name), ...shape, ...more(entry) });
    return description === undefined ? member : member.meta({ description });
  });
  return z.discriminatedUnion(key, members as unknown as [Member<K, M>, ...Member<K, M>[]]);
}
