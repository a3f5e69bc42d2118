import { z } from 'zod';
import { fingerprint } from '../../math/random/fingerprint.ts';
import { nativeRandom } from '../../math/random/native.ts';
import { powerLaw } from '../../math/stats/power-law.ts';
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
  (_, x, y) => (runs) =>
    points(powerLaw(runs, { random: nativeRandom(fingerprint(`${x} ${y}`)), divergedSeeds: 'exclude-seed' })),
);
