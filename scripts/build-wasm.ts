import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const kernels = new URL('../src/math/kernels/', import.meta.url);
const folder = new URL('assembly/', kernels);
const flags =
  '-O3 --noAssert --runtime stub --enable simd --importMemory --maximumMemory 65536 --disableWarning 112'.split(' ');

export interface Build {
  readonly name: string;
  readonly output: URL;
  readonly flags: readonly string[];
}

export const builds: readonly Build[] = [
  { name: 'wasm', output: new URL('kernels.wasm.ts', kernels), flags },
  {
    name: 'wasm-fma',
    output: new URL('kernels-fma.wasm.ts', kernels),
    flags: [...flags, '--enable', 'relaxed-simd', '--use', 'FMA=1'],
  },
];

/** SHA-256 of all that the bytes are made from but the compiler: the sources and the flags. */
export function sourceHash({ flags }: Build): string {
  const hash = createHash('sha256').update(flags.join(' '));
  for (const name of readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .sort()) {
    hash.update(`\0${name}\0`).update(readFileSync(new URL(name, folder)));
  }
  return hash.digest('hex');
}

export interface Compiled {
  readonly bytes: Uint8Array;
  /** The byte that says whether the imported memory is shared between threads: 1 no, 3 yes. */
  readonly sharing: number;
}

/** The WebAssembly module of the sources as they are. */
export async function compile({ flags }: Build): Promise<Compiled> {
  const bytes = await assemble(flags);
  const shared = await assemble([...flags, '--sharedMemory', '--enable', 'threads']);
  const sharing = bytes.findIndex((byte, i) => byte !== shared[i]);
  if (bytes[sharing] !== 1 || !Buffer.from(bytes.with(sharing, 3)).equals(shared)) {
    throw new Error('build-wasm: a module over shared memory must differ in one byte');
  }
  return { bytes, sharing };
}

async function assemble(flags: readonly string[]): Promise<Uint8Array> {
  let bytes: Uint8Array | undefined;
  const { error, stderr } = await asc.main(['index.ts', '--outFile', 'kernels.wasm', ...flags], {
    readFile: (name, base) => {
      try {
        return readFileSync(new URL(name, new URL(`${base}/`, folder)), 'utf8');
      } catch {
        return null; // asc looks for a module in several places
      }
    },
    writeFile: (_, contents) => void (bytes = contents as Uint8Array),
    listFiles: () => [],
  });
  if (error || !bytes) throw new Error(`build-wasm: ${error?.message}\n${stderr}`);
  return bytes;
}

/** The TypeScript file that ships the module. */
export function file(build: Build, { bytes, sharing }: Compiled): string {
  return `// Made by \`npm run build:wasm\` from assembly/*.ts; not to be edited.

/** SHA-256 of the sources and the compiler's flags. */
export const sources = '${sourceHash(build)}';

/** The byte that says whether the memory is shared between threads: 1 no, as it is here, 3 yes. */
export const sharing = ${sharing};

/** The module, ${bytes.length} bytes in base64. */
export const kernels =
  '${Buffer.from(bytes).toString('base64')}';
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const build of builds) {
    const compiled = await compile(build);
    writeFileSync(build.output, file(build, compiled));
    console.log(`${fileURLToPath(build.output)}: ${compiled.bytes.length} bytes`);
  }
}
