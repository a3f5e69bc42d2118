/** Formats text in columns: the first aligned left, the others as asked; no cell is wrapped. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  side: 'left' | 'right' = 'right',
): string {
  const widths = head.map((name, c) => Math.max(...[name, ...rows.map((row) => row[c]!)].map((text) => text.length)));
  const print = (cells: readonly string[]) =>
    cells
      .map((text, c) => (c && side === 'right' ? text.padStart(widths[c]!) : text.padEnd(widths[c]!)))
      .join('  ')
      .trimEnd();
  return [print(head), widths.map((width) => '─'.repeat(width)).join('  '), ...rows.map(print)].join('\n');
}
