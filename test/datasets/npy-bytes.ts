/** The bytes of an NPY file: a header as NumPy writes it, padded to a multiple of 64, then `body`. */
export function npy(
  body: Uint8Array,
  {
    descr = "'<f8'",
    fortran = false,
    shape,
    version = 1,
    dict = `{'descr': ${descr}, 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${shape}, }`,
  }: { descr?: string; fortran?: boolean; shape?: string; version?: number; dict?: string },
): Buffer {
  const from = version === 1 ? 10 : 12;
  const length = Math.ceil((from + dict.length + 1) / 64) * 64 - from;
  const head = Buffer.alloc(from);
  head.write('\x93NUMPY', 'latin1');
  head[6] = version;
  if (version === 1) head.writeUInt16LE(length, 8);
  else head.writeUInt32LE(length, 8);
  return Buffer.concat([head, Buffer.from(`${dict.padEnd(length - 1)}\n`), body]);
}

/** Little-endian doubles. */
export const doubles = (...values: number[]): Uint8Array => new Uint8Array(Float64Array.from(values).buffer);
