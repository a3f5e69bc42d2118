// Prints what Node reads of Arrow files, as JSON by file and column; doubles as the 16 hex digits of their bits.
import { readFileSync } from 'node:fs';
import { type Data, DataType, tableFromIPC, Vector } from 'apache-arrow';

const cells = (data: Data): unknown[] => {
  const read = reader(data);
  return Array.from({ length: data.length }, (_, i) => (data.getValid(i) ? read(i) : null));
};

function reader(data: Data): (i: number) => unknown {
  if (DataType.isFloat(data.type)) {
    const { buffer, byteOffset, length } = data.values as Float64Array;
    const bits = new BigUint64Array(buffer, byteOffset, length);
    return (i) => bits[i]!.toString(16).padStart(16, '0');
  }
  if (DataType.isList(data.type)) {
    const entries = cells(data.children[0]!);
    return (i) => entries.slice(data.valueOffsets[i], data.valueOffsets[i + 1]);
  }
  const vector = new Vector([data]);
  return (i) => vector.get(i);
}

const table = (path: string) => {
  const { schema, batches } = tableFromIPC(readFileSync(path));
  return Object.fromEntries(
    schema.fields.map(({ name }, c) => [name, batches.flatMap((batch) => cells(batch.data.children[c]!))]),
  );
};

console.log(JSON.stringify(Object.fromEntries(process.argv.slice(2).map((path) => [path, table(path)]))));
