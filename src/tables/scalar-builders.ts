import { type Bool, type Data, type Float64, type Int32, makeData, type Uint32 } from 'apache-arrow';
import { ColumnBuilder, type Validity } from './column-builder.ts';
import { unifyNaN } from './nan.ts';

export class Float64Builder extends ColumnBuilder<Float64> {
  readonly expects = 'a number';
  #values = new Float64Array(0);

  override reserve(rows: number): void {
    super.reserve(rows);
    const values = new Float64Array(rows);
    values.set(this.#values);
    this.#values = values;
  }
  protected put(row: number, cell: unknown): boolean {
    if (typeof cell !== 'number') return false;
    this.#values[row] = cell;
    return true;
  }
  protected blank(row: number): void {
    this.#values[row] = 0;
  }
  protected copy(row: number, from: Data<Float64>, begin: number, end: number): void {
    this.#values.set(from.values.subarray(begin, end), row);
  }
  protected view(rows: number, common: Validity): Data<Float64> {
    unifyNaN(this.#values, rows);
    return makeData({ type: this.type, ...common, data: this.#values.subarray(0, rows) });
  }
}

type Integers = Int32Array | Uint32Array;

export class IntegerBuilder<T extends Int32 | Uint32> extends ColumnBuilder<T> {
  readonly expects: string;
  #values: Integers;

  constructor(type: T, nullable: boolean, empty: Integers) {
    super(type, nullable);
    this.#values = empty;
    this.expects =
      empty instanceof Int32Array ? 'an integer from -2147483648 to 2147483647' : 'an integer from 0 to 4294967295';
  }
  override reserve(rows: number): void {
    super.reserve(rows);
    const values = this.#values instanceof Int32Array ? new Int32Array(rows) : new Uint32Array(rows);
    values.set(this.#values);
    this.#values = values;
  }
  protected put(row: number, cell: unknown): boolean {
    if (typeof cell !== 'number') return false;
    this.#values[row] = cell;
    return this.#values[row] === cell;
  }
  protected blank(row: number): void {
    this.#values[row] = 0;
  }
  protected copy(row: number, from: Data<T>, begin: number, end: number): void {
    this.#values.set(from.values.subarray(begin, end), row);
  }
  protected view(rows: number, common: Validity): Data<T> {
    return makeData({
      type: this.type as Int32,
      ...common,
      data: this.#values.subarray(0, rows) as Int32Array,
    }) as Data<T>;
  }
}

export class BoolBuilder extends ColumnBuilder<Bool> {
  readonly expects = 'true or false';
  #bits = new Uint8Array(0);

  override reserve(rows: number): void {
    super.reserve(rows);
    const bits = new Uint8Array((rows + 7) >> 3);
    bits.set(this.#bits);
    this.#bits = bits;
  }
  protected put(row: number, cell: unknown): boolean {
    if (typeof cell !== 'boolean') return false;
    if (cell) this.#bits[row >> 3]! |= 1 << (row & 7);
    else this.blank(row);
    return true;
  }
  protected blank(row: number): void {
    this.#bits[row >> 3]! &= ~(1 << (row & 7));
  }
  protected copy(row: number, from: Data<Bool>, begin: number, end: number): void {
    const bits: Uint8Array = from.values;
    for (let i = from.offset + begin, to = row; i < from.offset + end; i++, to++) {
      this.put(to, (bits[i >> 3]! & (1 << (i & 7))) !== 0);
    }
  }
  protected view(rows: number, common: Validity): Data<Bool> {
    if (rows & 7) this.#bits[rows >> 3]! &= (1 << (rows & 7)) - 1;
    return makeData({ type: this.type, ...common, data: this.#bits.subarray(0, (rows + 7) >> 3) });
  }
}
