import type { Columns } from '../columns.ts';
import { formatValue } from '../format-value.ts';

/**
 * Checks that the keys of a row are the columns, besides `state`.
 *
 * @throws {TypeError} that names the dropped columns, or the keys that no column describes.
 */
export function checkKeys(who: string, columns: Columns, row: unknown): void {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) {
    throw new TypeError(
      `${who}: a row must be an object with the columns of the stream, got ${formatValue(row)}; use derive() in place of map()`,
    );
  }
  const names = Object.keys(columns);
  const missing = names.filter((name) => !Object.hasOwn(row, name));
  if (missing.length) {
    const what = missing.length === 1 ? `column ${missing[0]} was` : `columns ${missing.join(', ')} were`;
    throw new TypeError(`${who}: the ${what} dropped on the way; use derive() in place of map()`);
  }
  const extra = Object.keys(row).filter((key) => !Object.hasOwn(columns, key) && key !== 'state');
  if (extra.length) {
    throw new TypeError(`${who}: the rows carry ${extra.join(', ')}, which no column describes; add it with derive()`);
  }
}
