/** The two sides of a join, and how their rows become one. */
import type { Column } from '../../types/schema.ts'
import type { Row } from '../../types/value.ts'
import type { StepSchema } from '../step.ts'

export type JoinKind = 'INNER' | 'LEFT' | 'RIGHT' | 'FULL'

export type SideName = 'left' | 'right'
export type Sides<T> = { readonly [Name in SideName]: T }

export interface Side {
  readonly store: string
  /** How much earlier than its own record a match may be, ms. */
  readonly lookBackMs: number
  /** How much later. */
  readonly lookAheadMs: number
  readonly keepsUnmatched: boolean
}

/** What leaves a join of two inputs whose rows have equal keys: the left row, then the right row. */
export const joinedSchema = (
  kind: StepSchema['kind'],
  key: readonly Column[],
  [left, right]: readonly StepSchema[],
): StepSchema => ({ kind, key, window: left!.window, value: [...left!.value, ...right!.value] })

/** Joins a left and a right row, either of which may be missing (NULLs). */
export function rowConcatenation(leftWidth: number, rightWidth: number): (left: Row | null, right: Row | null) => Row {
  const width = leftWidth + rightWidth
  const noLeft: Row = new Array(leftWidth).fill(null)
  const noRight: Row = new Array(rightWidth).fill(null)
  // Rows are short: a loop is several times as fast as `concat`.
  return (left, right) => {
    const row: Row = new Array(width)
    const first = left ?? noLeft
    const second = right ?? noRight
    for (let i = 0; i < leftWidth; i++) row[i] = first[i]!
    for (let i = 0; i < rightWidth; i++) row[leftWidth + i] = second[i]!
    return row
  }
}

/** Result of a side's own row and the other side's row, or null for a match that is missing. */
export type JoinRows = (own: Row, match: Row | null) => Row
