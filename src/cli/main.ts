#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { consoleOnStderr } from '../executors/console-on-stderr.ts';
import { describe } from './describe.ts';
import { explained } from './exit.ts';
import { minded } from './output.ts';
import { run } from './run.ts';
import { validate } from './validate.ts';

const { version, description } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

minded(process);
consoleOnStderr();

const program = new Command('rxdescent')
  .description(description)
  .version(version)
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(oneLine(text)) });

for (const command of [run, describe, validate]) {
  program.addCommand(command(() => new Command().copyInheritedSettings(program)));
}

try {
  await program.parseAsync();
} catch (error) {
  // commander has written its own message already; help and version are no errors
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    const { code, message } = explained(error);
    process.stderr.write(`${message}\n`);
    process.exitCode = code;
  }
}

/**
 * Words `error: unknown command 'runn'` and the `(Did you mean run?)` below it as every other
 * message.
 */
function oneLine(text: string): string {
  return text.replace(/^error: /, '').replace(/\n\(Did you mean (.*)\?\)/, '; did you mean $1?');
}
