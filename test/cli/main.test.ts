import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { folder, tiny } from '../pipelines/tiny.ts';
import { command, rxdescent } from './command.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const asUrl = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`;

const files = folder();
files.write('good.json', tiny());
files.write('misspelt.json', tiny({ logEvry: 2, loss: 'mea' }));
files.write('syntax.mjs', 'export const operators = {;');
files.write('module.json', tiny({ operators: ['./syntax.mjs'] }));
files.write('file', 'in the way');
files.write('mnist.json', tiny({ data: { kind: 'idx', images: 'images', labels: 'labels' } }));
files.write('labels', Buffer.from('0000080100000001', 'hex'));
files.write('cut.json', tiny({ data: { kind: 'idx', images: 'labels', labels: 'labels' } }));
files.write('not.json', '{ "name": "tiny"');

/** A module that prints on stderr the URL of every module that Node loads after it. */
const noteLoads = asUrl(`import { register } from 'node:module';
  register(${JSON.stringify(
    asUrl(`import { writeSync } from 'node:fs';
    export const load = (url, context, next) => { writeSync(2, url + '\\n'); return next(url, context); };`),
  )});`);

const known =
  '$schema, name, question, source, data, model, loss, optimizer, steps, logEvery, random, order, grid, modules, operators, measure, fit, claims';

describe('a command that cannot be carried out', () => {
  it.concurrent.each<[string, ...string[]]>([
    ['runn good.json', "unknown command 'runn'; did you mean run?"],
    ['run', "missing required argument 'spec'"],
    ['run good.json --jso', "unknown option '--jso'; did you mean --json?"],
    [
      'run good.json --engine typedarray',
      '--engine: expected one of typed-array, wasm, wasm-fma, got typedarray; did you mean typed-array?',
    ],
    // 6 arrays of 12 000² doubles: the weights, their gradient, and two layouts each for θ and v
    [
      'run good.json --set model.hidden=[12000,12000]',
      'good.json: model: the workspace must fit into 4.00 GiB, got an estimate of 6.44 GiB',
    ],
    ['run good.json --set steps', '--set: expected path=json, got steps'],
    ['run not.json', 'not.json: line 1, column 17: expected a comma or }, got the end of the file'],
    [
      'run misspelt.json',
      'misspelt.json: loss: expected one of cross-entropy, mse, got "mea"',
      `misspelt.json: logEvry: unknown key; did you mean logEvery? (known: ${known})`,
    ],
    [
      'run module.json',
      `module.json: operators[0]: ${files.in('syntax.mjs')}: expected a module that can be loaded, got SyntaxError: Unexpected token ';'`,
    ],
    ['run good.json --out file/deep', `--out: cannot write to file/deep: ${files.in('file')} is not a folder`],
    [
      'validate misspelt.json --set loss=mse',
      `misspelt.json: logEvry: unknown key; did you mean logEvery? (known: ${known})`,
    ],
    [
      'validate mnist.json',
      `mnist.json: data: ${files.in('images')}: expected a file, found nothing there; it is the IDX file of the images, of MNIST or Fashion-MNIST train-images-idx3-ubyte or t10k-images-idx3-ubyte, with .gz or without`,
    ],
    [
      'run cut.json',
      `cut.json: data: ${files.in('labels')}: expected the magic number 2051 of IDX images, got 2049, that of labels`,
    ],
    ['describe nope.json', 'nope.json: expected a spec, got nothing there'],
  ])('says why, and ends with 2: %s', async (command, ...said) => {
    const { code, stdout, stderr } = await rxdescent(command.split(' '), files.path);
    expect(stderr).toBe(`${said.join('\n')}\n`);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(existsSync(files.in('output'))).toBe(false);
    expect(readFileSync(files.in('file'), 'utf8')).toBe('in the way');
  });

  it('is no command at all, which is shown what there is', async () => {
    const { code, stdout, stderr } = await rxdescent([], files.path);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^Usage: rxdescent/);
    for (const command of ['run', 'describe', 'validate']) expect(stderr).toContain(`  ${command} `);
  });

  it('shows where in the code with RXDESCENT_DEBUG=1 alone', async () => {
    process.env['RXDESCENT_DEBUG'] = '1';
    const { code, stderr } = await rxdescent(['validate', 'nope.json'], files.path).finally(() => {
      delete process.env['RXDESCENT_DEBUG'];
    });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^nope\.json: expected a spec, got nothing there\nSpecError: .*\n {4}at /);
  });
});

describe('help and version', () => {
  it('go to stdout, and end with 0', async () => {
    const help = await rxdescent(['run', '--help'], files.path);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    for (const option of ['--out', '--engine', '--json', '--set']) expect(help.stdout).toContain(option);
    const printed = await rxdescent(['--version'], files.path);
    expect(printed).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('load none of the packages that a spec needs', () => {
    const packages = ['apache-arrow', 'csv-parse', 'pure-rand', 'rxjs', 'zod'];
    const loadedBy = (...args: string[]) => {
      const { stderr } = spawnSync(process.execPath, ['--import', noteLoads, ...command(args)], {
        cwd: files.path,
        encoding: 'utf8',
      });
      return packages.filter((name) => stderr.includes(`/node_modules/${name}/`));
    };
    expect(loadedBy('validate', 'good.json')).toEqual(packages);
    for (const args of [['--help'], ['run', '--help'], ['--version']]) expect(loadedBy(...args)).toEqual([]);
  });
});

describe('validate', () => {
  it('says of a spec what it would run, and writes nothing', async () => {
    const before = readdirSync(files.path);
    const ended = await rxdescent(['validate', 'good.json', '--set', 'grid.seed=[1,2]'], files.path);
    expect(ended).toMatchObject({ code: 0, stdout: 'good.json: tiny is a spec of 4 runs of 20 steps\n', stderr: '' });
    expect(readdirSync(files.path)).toEqual(before);
  });
});
