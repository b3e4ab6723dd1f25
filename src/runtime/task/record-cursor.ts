/** A record as positions in bytes, as tasks read it. `RecordBatchCursor` is one; the test driver has cursors over single records. */

export interface RecordCursor {
  readonly buffer: Buffer
  readonly offset: number
  /** Epoch ms. */
  readonly timestamp: number
  readonly keyStart: number
  /** -1: no key. */
  readonly keyEnd: number
  readonly valueStart: number
  /** -1: no value. */
  readonly valueEnd: number
  readonly headerCount: number
}
