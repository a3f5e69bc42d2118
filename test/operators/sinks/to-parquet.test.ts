import { lastValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { toParquet } from '../../../src/operators/sinks/to-parquet.ts';
import { metadataOf, readParquet } from './parquet.ts';
import { run } from './run.ts';
import { scratch } from './tables.ts';
import { finite, writesTables } from './writes-tables.ts';

const at = scratch();

describe('toParquet', () => {
  writesTables('toParquet', toParquet, (path) => readParquet(path, run.columns));

  it('leaves the Arrow schema, with units and meanings, beside the columns', async () => {
    await lastValueFrom(finite(1).pipe(toParquet(at('schema.parquet'))));
    const { key_value_metadata: pairs } = metadataOf(at('schema.parquet'));
    const [{ key, value } = { key: '' }] = pairs ?? [];
    expect([key, Buffer.from(value ?? '', 'base64').includes('largest eigenvalue')]).toEqual(['ARROW:schema', true]);
  });
});
