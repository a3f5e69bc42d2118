/** Writes specs/schema/experiment.json, by which editors complete and check a spec. It is never edited by hand. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jsonSchema } from '../src/pipelines/parse.ts';
import { builtIn } from '../src/pipelines/registry.ts';

const inProject = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const path = inProject('specs/schema/experiment.json');

mkdirSync(dirname(path), { recursive: true });
writeFileSync(path, `${JSON.stringify(jsonSchema(builtIn), null, 2)}\n`);
execFileSync(process.execPath, [inProject('node_modules/@biomejs/biome/bin/biome'), 'format', '--write', path]);
