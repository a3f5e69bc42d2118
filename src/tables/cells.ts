import type { Data, DataType } from 'apache-arrow';
import { validityOf } from './validity.ts';

/** A batch is closed once a column of lists or texts holds as many entries, so that it fits in memory whatever its rows. */
export const entriesPerBatch = 4 * 1024 * 1024;

/** The cells of one column of a growing batch. A cell may be set again as long as its row is the last. */
export abstract class Cells<T extends DataType = DataType> {
  readonly type: T;
  /** What a cell must be, for a message. */
  abstract readonly expects: string;
  /** One bit per row, set where there is a value; only where the column may be null. */
  #bits: Uint8Array | undefined;

  constructor(type: T, nullable: boolean) {
    this.type = type;
    if (nullable) this.#bits = new Uint8Array(0);
  }

  /** False, and the row as it was, if the column cannot hold the cell. */
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

  /** Copies the rows begin … end of another batch; false if one of them is null and must not be. */
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

  /** How many of the rows begin … end fit, up to the one that fills the column. */
  room(_row: number, _from: Data<T>, begin: number, end: number): number {
    return end - begin;
  }

  full(_rows: number): boolean {
    return false;
  }

  /** The first rows as Arrow data: views on buffers that the next rows overwrite. */
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
  /** What stands under a null, so that equal tables are equal to the byte. */
  protected abstract blank(row: number): void;
  protected abstract copy(row: number, from: Data<T>, begin: number, end: number): void;
  protected abstract view(rows: number, common: Validity): Data<T>;
}

export interface Validity {
  readonly length: number;
  readonly nullCount: number;
  readonly nullBitmap?: Uint8Array;
}
