import type { Path } from './paths.ts';

/** The place of the first key that an object has twice in a text that is JSON; a parser keeps the last, and is silent. */
export function repeatedKey(text: string): Path | undefined {
  const path: PropertyKey[] = [];
  const keys: Set<string>[] = []; // so far, of each object that is open; of a list, none
  let word = '';
  for (const [token] of text.matchAll(/"(?:[^"\\]+|\\.)*"|[{}[\]:,]/g)) {
    const at = path.length - 1;
    if (token === '{' || token === '[') {
      path.push(token === '{' ? '' : 0);
      keys.push(new Set());
    } else if (token === '}' || token === ']') {
      path.pop();
      keys.pop();
    } else if (token === ':') {
      const key: string = JSON.parse(word);
      path[at] = key;
      if (keys[at]!.has(key)) return path;
      keys[at]!.add(key);
    } else if (token !== ',') word = token;
    else if (typeof path[at] === 'number') path[at]++;
  }
  return undefined;
}
