import { type Columns, int32, uint32 } from '../columns.ts';
import { jsonSchemaOf } from '../json-schema.ts';
import { axisColumns } from '../operators/sources/grid.ts';
import { type Experiment, experiment } from './experiment.ts';
import { schemaAt } from './explain.ts';
import { axisRoots } from './paths.ts';
import type { Registry } from './registry.ts';

const mostInt32 = 2 ** 31 - 1;

/**
 * Makes the columns of the axes of a spec's grid. An axis of numbers is an integer column if the
 * schema of its key takes integers alone and an int32 holds its values. That goes for `data.n` of a
 * kind of one's own as for the kinds here.
 */
export function axisColumnsOf({ grid, ...spec }: Experiment, registry: Registry): Columns {
  const { shape } = experiment(registry);
  const integers = axisRoots.flatMap((root) => {
    const keys = Object.keys(grid).flatMap((axis) =>
      axis.startsWith(`${root}.`) ? [axis.slice(root.length + 1)] : [],
    );
    if (!keys.length) return [];
    const schema = jsonSchemaOf(shape[root]);
    const kinds = grid[`${root}.kind`] ?? [spec[root].kind];
    return keys.flatMap((key) => {
      const fits = (grid[`${root}.${key}`] as unknown[]).every((value) => Math.abs(Number(value)) <= mostInt32);
      const isInteger = (kind: unknown) => fits && schemaAt(schema, { kind }, [key])?.type === 'integer';
      return kinds.every(isInteger) ? [`${root}.${key}`] : [];
    });
  });
  return axisColumns(grid, (axis) => (axis === 'seed' ? uint32 : integers.includes(axis) ? int32 : undefined));
}
