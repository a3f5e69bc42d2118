import { describe, expect, it } from 'vitest';
import { Instances } from '../../../src/math/kernels/instances.ts';
import * as shipped from '../../../src/math/kernels/kernels.wasm.ts';

const MiB = 2 ** 20;
/** The empty module: every runtime has what it is made of. */
const probe = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

describe('instances of the kernels', () => {
  it('that come back are kept up to 256 MiB in all, and serve again', () => {
    const instances = new Instances(shipped, probe);
    const lent = [100, 100, 100, 20].map((size) => instances.acquire(size * MiB));
    expect(lent.map((instance) => instances.release(instance))).toEqual([true, true, false, true]);
    expect(instances.acquire(10 * MiB)).toBe(lent[3]);
    expect([lent[0], lent[1]]).toContain(instances.acquire(50 * MiB));
  });

  it('are kept in a number that does not grow', () => {
    const instances = new Instances(shipped, probe);
    const lent = Array.from({ length: 20 }, () => instances.acquire(MiB));
    expect(lent.filter((instance) => instances.release(instance))).toHaveLength(8);
  });

  it('grow where none that is kept is large enough', () => {
    const instances = new Instances(shipped, probe);
    const small = instances.acquire(MiB);
    instances.release(small);
    const large = instances.acquire(3 * MiB);
    expect(large).toBe(small);
    expect(large.memory.buffer.byteLength).toBeGreaterThanOrEqual(3 * MiB);
  });
});
