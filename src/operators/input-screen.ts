/** Which records of a stream change nothing in a step that reads it, by some of their columns: the step that makes them can spare the work. */
import type { Row } from '../types/value.ts'

export interface InputScreen {
  /** Columns of the input, ascending. */
  readonly columns: readonly number[]
  /** False for a record that changes nothing. `row`: with these columns at least, valid during the call. */
  readonly needs: (key: Row | null, row: Row) => boolean
}
