import type { Command } from 'commander';
import { many } from '../digits.ts';
import { set } from './options.ts';
import { say } from './output.ts';
import { prepareSpec } from './prepare-spec.ts';

/**
 * `rxdescent validate SPEC.json`: checks a spec with its modules and data; trains and writes
 * nothing.
 */
export const validate = (make: () => Command): Command =>
  set(
    make()
      .name('validate')
      .description('check a spec, the operators it names and the data it reads, without training')
      .argument('<spec>', 'a spec, as JSON'),
  ).action(async (path: string, options: { set: string[] }) => {
    const { spec, runs } = await prepareSpec(path, options.set);
    say(`${path}: ${spec.name} is a spec of ${many(runs.length, 'run')} of ${many(spec.steps, 'step')}`);
  });
