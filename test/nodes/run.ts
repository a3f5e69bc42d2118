/* The same bits on every Node: npm run test:nodes. npm brings the other versions, as the package `node`. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('fingerprint.ts', import.meta.url));
const seen = new Map<string, Set<string>>();
for (const version of [process.versions.node, '20', '22', '24']) {
  for (const engine of ['typed-array', 'wasm', 'wasm-fma']) {
    if (engine === 'wasm-fma' && Number.parseInt(version, 10) < 22) continue; // no relaxed SIMD
    const node = version === process.versions.node ? [] : ['-y', '-p', `node@${version}`];
    const command = ['npx', ...node, 'node', '--import', 'tsx', script, engine];
    const [ran, hash] = execFileSync(command[0]!, command.slice(1), { encoding: 'utf8' }).trim().split(' ');
    if (!ran!.startsWith(version)) throw new Error(`test:nodes: asked npm for node ${version}, got ${ran}`);
    console.log(`node ${ran!.padEnd(9)} ${engine.padEnd(11)} ${hash}`);
    seen.set(engine, (seen.get(engine) ?? new Set()).add(hash!));
  }
}
const differing = [...seen].filter(([, hashes]) => hashes.size > 1).map(([engine]) => engine);
if (differing.length > 0) {
  console.error(`test:nodes: the bits must be the same on every Node, but differ for ${differing.join(', ')}`);
  process.exitCode = 1;
}
