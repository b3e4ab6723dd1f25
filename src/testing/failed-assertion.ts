/** An assertion of a test that does not hold. */
import type { PeerClass } from '../errors.ts'

/** One row as text, a cell for each column. */
export type TextRow = readonly string[]

/** Rows that were expected beside those that were found, for the report. */
export interface Comparison {
  readonly columns: TextRow
  readonly expected: readonly TextRow[]
  readonly actual: readonly TextRow[]
}

export class FailedAssertion extends Error {
  override readonly name = 'FailedAssertion'
  readonly peerClass: PeerClass = 'io.confluent.ksql.util.KsqlException'
  /** Null: nothing can be shown side by side. */
  readonly comparison: Comparison | null

  constructor(message: string, comparison: Comparison | null = null) {
    super(message)
    this.comparison = comparison
  }
}
