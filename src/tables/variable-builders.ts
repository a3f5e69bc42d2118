import { type Data, type DataType, type List, makeData, type Utf8 } from 'apache-arrow';
import { ColumnBuilder, entriesPerBatch, type Validity } from './column-builder.ts';
import { unifyNaN } from './nan.ts';
import { validityOf } from './validity.ts';

const grown = (needed: number, capacity: number): number => Math.max(needed, Math.ceil(1.5 * capacity), 64);

/** Builder of cells of any length: entry i of a row lies at offsets[row] + i. */
export abstract class VariableBuilder<
  T extends DataType,
  Entries extends Uint8Array | Float64Array | Int32Array,
> extends ColumnBuilder<T> {
  protected entries: Entries;
  protected offsets = new Int32Array(1);

  constructor(type: T, nullable: boolean, empty: Entries) {
    super(type, nullable);
    this.entries = empty;
  }
  override reserve(rows: number): void {
    super.reserve(rows);
    const offsets = new Int32Array(rows + 1);
    offsets.set(this.offsets);
    this.offsets = offsets;
  }
  override room(row: number, from: Data<T>, begin: number, end: number): number {
    const offsets: Int32Array = from.valueOffsets;
    const most = entriesPerBatch - this.offsets[row]! + offsets[begin]!;
    if (offsets[end]! < most) return end - begin;
    let last = begin;
    while (offsets[last + 1]! < most) last++;
    return last + 1 - begin;
  }
  override full(rows: number): boolean {
    return this.offsets[rows]! >= entriesPerBatch;
  }
  protected blank(row: number): void {
    this.offsets[row + 1] = this.offsets[row]!;
  }
  protected copy(row: number, from: Data<T>, begin: number, end: number): void {
    const offsets: Int32Array = from.valueOffsets;
    const source = this.source(from);
    const valid = validityOf(from);
    for (let i = begin, to = row; i < end; i++, to++) {
      const length = valid(i) ? offsets[i + 1]! - offsets[i]! : 0;
      this.offsets[to + 1] = this.ensure(to, length) + length;
    }
    if (from.nullCount === 0) this.entries.set(source.subarray(offsets[begin]!, offsets[end]!), this.offsets[row]!);
    else {
      for (let i = begin, to = row; i < end; i++, to++) {
        const length = this.offsets[to + 1]! - this.offsets[to]!;
        if (length) this.entries.set(source.subarray(offsets[i]!, offsets[i]! + length), this.offsets[to]!);
      }
    }
  }
  /** Makes room for the entries of a row. Returns the index of the first. */
  protected ensure(row: number, length: number): number {
    const start = this.offsets[row]!;
    const needed = start + length;
    if (needed > this.entries.length) {
      // size of a batch of such rows: doubling up to it would leave as much garbage again
      const full = Math.min(Math.ceil((needed / (row + 1)) * (this.offsets.length - 1)), entriesPerBatch);
      const entries = new (this.entries.constructor as new (length: number) => Entries)(
        Math.max(full, grown(needed, this.entries.length)),
      );
      entries.set(this.entries);
      this.entries = entries;
    }
    return start;
  }
  protected abstract source(from: Data<T>): Entries;
}

const encoder = new TextEncoder();

export class TextBuilder extends VariableBuilder<Utf8, Uint8Array<ArrayBuffer>> {
  readonly expects = 'a string';

  protected put(row: number, cell: unknown): boolean {
    if (typeof cell !== 'string') return false;
    const start = this.ensure(row, 3 * cell.length);
    this.offsets[row + 1] = start + encoder.encodeInto(cell, this.entries.subarray(start)).written;
    return true;
  }
  protected source(from: Data<Utf8>): Uint8Array<ArrayBuffer> {
    return from.values as Uint8Array<ArrayBuffer>;
  }
  protected view(rows: number, common: Validity): Data<Utf8> {
    const { offsets, entries } = this;
    return makeData({
      type: this.type,
      ...common,
      valueOffsets: offsets.subarray(0, rows + 1),
      data: entries.subarray(0, offsets[rows]),
    });
  }
}

abstract class ListBuilder<Item extends Float64Array | Int32Array> extends VariableBuilder<List, Item> {
  protected abstract holds(item: unknown): boolean;

  protected put(row: number, cell: unknown): boolean {
    if (!Array.isArray(cell) && !ArrayBuffer.isView(cell)) return false;
    const list = cell as unknown as ArrayLike<number>;
    const { length } = list;
    if (length === undefined) return false;
    const start = this.ensure(row, length);
    const { entries } = this;
    for (let i = 0; i < length; i++) {
      if (!this.holds(list[i])) return false;
      entries[start + i] = list[i]!;
    }
    this.offsets[row + 1] = start + length;
    return true;
  }
  protected source(from: Data<List>): Item {
    return from.children[0]!.values as Item;
  }
  protected view(rows: number, common: Validity): Data<List> {
    const { offsets, entries } = this;
    const length = offsets[rows]!;
    const item = this.type.children[0]!.type;
    const child = makeData({ type: item, length, nullCount: 0, data: entries.subarray(0, length) });
    return makeData({ type: this.type, ...common, valueOffsets: offsets.subarray(0, rows + 1), child });
  }
}

export class Float64ListBuilder extends ListBuilder<Float64Array> {
  readonly expects = 'a Float64Array';

  protected holds(item: unknown): boolean {
    return typeof item === 'number';
  }
  protected override put(row: number, cell: unknown): boolean {
    if (!(cell instanceof Float64Array)) return super.put(row, cell);
    const { length } = cell;
    const start = this.ensure(row, length);
    const { entries } = this;
    // set() costs ten times the loop for the few entries of most rows
    if (length > 32) entries.set(cell, start);
    else for (let i = 0; i < length; i++) entries[start + i] = cell[i]!;
    this.offsets[row + 1] = start + length;
    return true;
  }
  protected override view(rows: number, common: Validity): Data<List> {
    unifyNaN(this.entries, this.offsets[rows]!);
    return super.view(rows, common);
  }
}

export class Int32ListBuilder extends ListBuilder<Int32Array> {
  readonly expects = 'an Int32Array';

  protected holds(item: unknown): boolean {
    return typeof item === 'number' && (item | 0) === item;
  }
}
