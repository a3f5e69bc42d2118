import { distance } from 'fastest-levenshtein';

/** Names that users may know a thing by, with ours. */
const aliases: Readonly<Record<string, string>> = {
  lr: 'learningRate',
  eta: 'learningRate',
  epochs: 'steps',
  iterations: 'steps',
  sharpness: 'hessian',
};

/**
 * Guesses which of `names` was meant: an alias, a name that differs by a third of its letters at
 * most, or one that begins as it does.
 *
 * @example nearestName('hesian', ['hessian', 'ema']); // 'hessian'
 */
export function nearestName(written: unknown, names: readonly string[]): string | undefined {
  if (typeof written !== 'string') return undefined;
  const alias = Object.hasOwn(aliases, written) ? aliases[written]! : '';
  if (names.includes(alias)) return alias;
  if (written.length < 3) return undefined;
  const meant = written.toLowerCase();
  const far = (known: string) => {
    const whole = known.toLowerCase();
    const beginnings = [-1, 0, 1].map((more) => distance(meant, whole.slice(0, meant.length + more)) + 0.5);
    return Math.min(distance(meant, whole), ...beginnings);
  };
  const [best] = [...names].sort((a, b) => far(a) - far(b));
  return best !== undefined && far(best) <= Math.max(1, meant.length / 3) ? best : undefined;
}

/** Words the guess as the end of a message: `; did you mean …?`, or nothing if there is none. */
export function didYouMean(written: unknown, names: readonly string[]): string {
  const name = nearestName(written, names);
  return name === undefined ? '' : `; did you mean ${name}?`;
}
