import type { Data, DataType } from 'apache-arrow';
import { validityOf } from './validity.ts';

/** Number of entries of lists or texts that closes a batch, so that it fits in memory. */
export const entriesPerBatch = 4 * 1024 * 1024;

/** Cells of one column of a growing batch. The cell of the last row may be set again. */
export abstract class ColumnBuilder<T extends DataType = DataType> {
  readonly type: T;
  /** Description of a legal cell, for a message. */
  abstract readonly expects: string;
  /** Bit per row, set if there is a value; undefined if the column is not nullable. */
  #bits: Uint8Array | undefined;

  constructor(type: T, nullable: boolean) {
    this.type = type;
    if (nullable) this.#bits = new Uint8Array(0);
  }

  /** Sets a cell. Returns false, and leaves the row as it was, if the column cannot hold it. */
  set(row: number, cell: unknown): boolean {
    const bits = this.#bits;
    if (cell === null) {
      if (!bits) return false;
      bits[row >> 3]! &= ~(1 << (row & 7));
      this.blank(row);
      return true;
    }
    if (!this.put(row, cell)) return false;
    if (bits) bits[row >> 3]! |= 1 << (row & 7);
    return true;
  }

  /** Copies the rows begin … end of another batch. Returns false if one is null and must not be. */
  append(row: number, from: Data<T>, begin: number, end: number): boolean {
    const bits = this.#bits;
    const valid = validityOf(from);
    if (from.nullCount > 0 && !bits) {
      for (let i = begin; i < end; i++) if (!valid(i)) return false;
    }
    this.copy(row, from, begin, end);
    if (!bits) return true;
    for (let i = begin, to = row; i < end; i++, to++) {
      if (valid(i)) bits[to >> 3]! |= 1 << (to & 7);
      else {
        bits[to >> 3]! &= ~(1 << (to & 7));
        this.blank(to);
      }
    }
    return true;
  }

  reserve(rows: number): void {
    if (!this.#bits) return;
    const bits = new Uint8Array((rows + 7) >> 3);
    bits.set(this.#bits);
    this.#bits = bits;
  }

  /** Counts the rows from begin … end that fit, up to the one that fills the column. */
  room(_row: number, _from: Data<T>, begin: number, end: number): number {
    return end - begin;
  }

  full(_rows: number): boolean {
    return false;
  }

  /** Returns the first rows as Arrow data: views on buffers that the next rows overwrite. */
  take(rows: number): Data<T> {
    const bits = this.#bits;
    let nullCount = 0;
    if (bits) {
      if (rows & 7) bits[rows >> 3]! &= (1 << (rows & 7)) - 1;
      for (let i = 0; i < rows; i++) if (!(bits[i >> 3]! & (1 << (i & 7)))) nullCount++;
    }
    const nullBitmap = nullCount ? bits!.subarray(0, (rows + 7) >> 3) : undefined;
    return this.view(rows, { length: rows, nullCount, ...(nullBitmap && { nullBitmap }) });
  }

  protected abstract put(row: number, cell: unknown): boolean;
  /** Writes zeros under a null, so that equal tables are equal to the byte. */
  protected abstract blank(row: number): void;
  protected abstract copy(row: number, from: Data<T>, begin: number, end: number): void;
  protected abstract view(rows: number, common: Validity): Data<T>;
}

export interface Validity {
  readonly length: number;
  readonly nullCount: number;
  readonly nullBitmap?: Uint8Array;
}
