/**
 * Values whose bytes go unchanged from one payload into another. A reader notes where they lie instead of decoding them, and a writer of the
 * same format copies them. Only values that have the same bytes after decoding and encoding pass in this way.
 */

/** Where the passed values lie of the record that is being processed. */
export class PassedValues {
  buffer: Buffer = Buffer.alloc(0)
  /** By slot: the first byte of the value; -1: the value is in the row, as any other. */
  readonly starts: Int32Array
  /** By slot: behind the last byte. */
  readonly ends: Int32Array

  constructor(count: number) {
    this.starts = new Int32Array(count).fill(-1)
    this.ends = new Int32Array(count)
  }

  /** All values are in the row, until a reader passes some. */
  clear(): void {
    const { starts } = this
    for (let slot = 0; slot < starts.length; slot++) starts[slot] = -1
  }
}

/** What a writer copies. */
export interface PassedColumns {
  readonly values: PassedValues
  /** For each column its slot; -1: it is never passed. */
  readonly slots: readonly number[]
}
