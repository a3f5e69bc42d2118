import { sha256 } from '../files/sha256.ts';
import { numericsVersion } from '../math/numerics.ts';
import { canonicalJson } from './canonical-json.ts';

/**
 * Returns the name of a spec's folder: 12 hex digits of the hash of the spec, defaults filled in,
 * paths as written.
 */
export const specHash = (parsed: unknown): string => sha256(canonicalJson(parsed)).slice(0, 12);

/**
 * Returns the name of a stored trajectory: the hash of everything that its rows depend on, the
 * version of the numerics included.
 *
 * @param parts Data content, model, loss, optimizer, steps, random, measures, grid point and class
 *   of bits, as plain JSON.
 * @throws {TypeError} if a part is not plain JSON.
 */
export const trajectoryKey = (parts: Readonly<Record<string, unknown>>): string =>
  sha256(canonicalJson({ parts, numerics: numericsVersion })).slice(0, 32);
