/** The two sides of a join, and how their rows become one. */
import type { Row } from '../../types/value.ts'

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

/** Result of a side's own row and the other side's row, or null for a match that is missing. */
export type JoinRows = (own: Row, match: Row | null) => Row
