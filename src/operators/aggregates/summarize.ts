import { z } from 'zod';
import { pointOf, runsByX } from '../../math/stats/runs-by-x.ts';
import { fold } from './fold.ts';
import { columns, points, reportPoints } from './points.ts';

/**
 * Averages y over the seeds at each x, and fits nothing: mean, spread, count of finite seeds.
 *
 *     --{ learningRate, seed, finalLoss }--…--|
 *       summarize('learningRate', 'finalLoss')
 *     ----------------------------------------({ pointsX, pointsMean, … }|)
 *
 * - reads: `x`, `y`; also `seed`, `status` if there are such columns
 * - emits: `fit`, `where`, `x`, `y`, `seeds`, `pointsX`, `pointsMean`, `pointsDeviation`,
 *   `pointsFinite`, `pointsTotal`
 *
 * @example sweep(grid, run).pipe(summarize('learningRate', 'finalLoss'));
 */
export const summarize = fold(
  'summarize',
  { options: z.strictObject({}), columns, report: reportPoints },
  () => (runs) => {
    const { seeds, groups } = runsByX(runs);
    const wrong = groups.find(({ x }) => !Number.isFinite(x));
    if (wrong) throw new RangeError(`summarize: x must be finite, got ${wrong.x}`);
    return points(seeds.length, groups.map(pointOf));
  },
);
