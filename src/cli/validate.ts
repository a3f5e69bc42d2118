import type { Command } from 'commander';
import { prepare } from '../executors/prepare.ts';
import { runnable } from '../math/engines/engines.ts';
import { loadSpec } from '../store/load-spec.ts';
import { set } from './options.ts';

/** `rxdescent validate SPEC.json`: is it a spec that would run, operators and data with it? Trains and writes nothing. */
export const validate = (make: () => Command): Command =>
  set(
    make()
      .name('validate')
      .description('check a spec, the operators it names and the data it reads, without training')
      .argument('<spec>', 'a spec, as JSON'),
  ).action(async (path: string, options: { set: string[] }) => {
    const { spec, runs } = prepare(await loadSpec(path, options.set), runnable());
    console.log(`${path}: ${spec.name} is a spec of ${runs.length} runs of ${spec.steps} steps`);
  });
