import type { Command } from 'commander';
import { registry } from '../math/engines/engines.ts';
import { engineNamed, folder, set, threads } from './options.ts';
import type { RunOptions } from './run-spec.ts';

/** `rxdescent run SPEC.json`: trains the grid, measures, fits, judges the claims. */
export const run = (make: () => Command): Command =>
  set(
    make()
      .name('run')
      .description('train the grid of a spec, measure, fit, and judge its claims')
      .argument('<spec>', 'a spec, as JSON')
      .option('--out <folder>', 'where results are kept', folder, 'output')
      .option(
        '--workers <n>',
        'threads to train runs in, and large runs over if there are fewer runs than cores; default all cores, or one for a small grid',
        threads,
      )
      .option(
        '--engine <name>',
        `what computes loss and gradient: ${Object.keys(registry).join(', ')}`,
        engineNamed,
        'wasm',
      )
      .option('--json', 'one JSON summary on stdout, and nothing else there'),
  ).action(async (path: string, options: RunOptions) => {
    const { runSpec } = await import('./run-spec.ts');
    await runSpec(path, options);
  });
