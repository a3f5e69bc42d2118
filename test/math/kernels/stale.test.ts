import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { builds, compile, file, sourceHash } from '../../../scripts/build-wasm.ts';

describe.each(builds)('the shipped $name', (build) => {
  const shipped = readFileSync(build.output, 'utf8');

  it('is of the sources as they are; if not, npm run build:wasm', () => {
    expect(shipped).toContain(sourceHash(build));
  });

  it('is what the compiler makes of them, byte for byte', async () => {
    expect(file(build, await compile(build)) === shipped).toBe(true);
  });
});
