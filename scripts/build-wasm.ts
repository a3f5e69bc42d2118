import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const engine = new URL('../src/math/engines/wasm/', import.meta.url);
const folder = new URL('assembly/', engine);
const flags = '-O3 --noAssert --runtime stub --enable simd --maximumMemory 65536 --disableWarning 112'.split(' ');

export interface Build {
  readonly name: string;
  readonly output: URL;
  readonly flags: readonly string[];
}

export const builds: readonly Build[] = [
  { name: 'wasm', output: new URL('kernels.wasm.ts', engine), flags },
  {
    name: 'wasm-fma',
    output: new URL('kernels-fma.wasm.ts', engine),
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

/** The WebAssembly module of the sources as they are. */
export async function compile({ flags }: Build): Promise<Uint8Array> {
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
export function file(build: Build, bytes: Uint8Array): string {
  return `// Made by \`npm run build:wasm\` from assembly/*.ts; not to be edited.

/** SHA-256 of the sources and the compiler's flags. */
export const sources = '${sourceHash(build)}';

/** The module, ${bytes.length} bytes in base64. */
export const kernels =
  '${Buffer.from(bytes).toString('base64')}';
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const build of builds) {
    const bytes = await compile(build);
    writeFileSync(build.output, file(build, bytes));
    console.log(`${fileURLToPath(build.output)}: ${bytes.length} bytes`);
  }
}
