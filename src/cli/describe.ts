import type { Command } from 'commander';
import { type Columns, labelOf } from '../columns.ts';
import { set } from './options.ts';
import { say } from './output.ts';
import { prepareSpec } from './prepare-spec.ts';
import { table } from './table.ts';

/**
 * `rxdescent describe SPEC.json`: prints the columns of every table, known before the first row.
 */
export const describe = (make: () => Command): Command =>
  set(
    make()
      .name('describe')
      .description('every table a spec gives: its columns with type, unit and meaning, without training')
      .argument('<spec>', 'a spec, as JSON')
      .option('--json', 'as one JSON object on stdout'),
  ).action(async (path: string, { json, set }: { json?: true; set: string[] }) => {
    const prepared = await prepareSpec(path, set);
    const { tablesOf } = await import('../store/results.ts');
    const tables = tablesOf(prepared);
    if (json) {
      const described = Object.entries(tables).map(([name, of]) => [name, Object.entries(of).map(entry)]);
      say(JSON.stringify(Object.fromEntries(described), null, 2));
      return;
    }
    say(
      Object.entries(tables)
        .map(([name, of]) => `${name}\n\n${asText(of)}`)
        .join('\n\n\n'),
    );
  });

const entry = ([name, column]: [string, Columns[string]]) => {
  const { arrow, unit, about, nullable, matrix, summary } = column;
  return { name, type: arrow, unit, nullable, about, label: labelOf(name, column), matrix, summary };
};

const asText = (columns: Columns): string =>
  table(
    ['column', 'type', 'unit', 'meaning'],
    Object.entries(columns).map(([name, { arrow, unit, about, nullable }]) => [
      name,
      `${arrow}${nullable ? '?' : ''}`,
      unit,
      about,
    ]),
    'left',
  );
