/**
 * The inner join of two streams whose rows are kept for a time: rows are only added, so that each side is a buffer of rows by what they are joined on and by
 * time, as in a join within a window, and no row has to be found again to be taken out.
 *
 * Equation, order and time: those of change-join.ts.
 */
import type { JoinBuffer, StoreDeclaration } from '../../state/store.ts'
import type { Process } from '../../types/record.ts'
import { columnTypes } from '../../types/schema.ts'
import type { Row } from '../../types/value.ts'
import type { OperatorContext } from '../operator-context.ts'
import type { StepSchema } from '../step.ts'

export interface StreamRowsJoin {
  readonly ttlMs: number
  readonly leftStore: string
  readonly rightStore: string
  /** Whether a row has a NULL among the columns that must be equal. */
  readonly hasNull: { readonly left: (row: Row) => boolean; readonly right: (row: Row) => boolean }
  readonly matches: (left: Row, right: Row) => boolean
}

const specOf = (name: string, ttlMs: number) =>
  ({ name, kind: 'joinBuffer', fetchMs: ttlMs, retentionMs: ttlMs }) as const

export const streamRowsStore = (name: string, ttlMs: number, { value }: StepSchema): StoreDeclaration => ({
  ...specOf(name, ttlMs),
  types: columnTypes(value),
})

/** The inputs of both sides. Rows come under the text of what they are joined on. */
export function joinStreamRows(
  { ttlMs, leftStore, rightStore, hasNull, matches }: StreamRowsJoin,
  context: OperatorContext,
  emit: Process,
): [Process, Process] {
  const left = context.store(specOf(leftStore, ttlMs))
  const right = context.store(specOf(rightStore, ttlMs))
  return [
    side({
      own: left,
      other: right,
      hasNull: hasNull.left,
      pairOf: (row, match) => (matches(row, match) ? row.concat(match) : null),
    }),
    side({
      own: right,
      other: left,
      hasNull: hasNull.right,
      pairOf: (row, match) => (matches(match, row) ? match.concat(row) : null),
    }),
  ]

  function side({ own, other, hasNull: isUnmatched, pairOf }: Side): Process {
    return ({ key, value, timestamp, headers }) => {
      if (value === null) return
      const expiredAt = context.streamTime() - ttlMs
      own.expire(expiredAt)
      other.expire(expiredAt)
      if (isUnmatched(value)) return
      const group = key![0] as string
      if (timestamp >= expiredAt) own.add(group, { row: value, timestamp })
      for (const { row } of other.fetch(group, expiredAt, Number.MAX_SAFE_INTEGER)) {
        const pair = pairOf(value, row)
        if (pair !== null) emit({ key: null, window: null, value: pair, oldValue: null, timestamp, headers })
      }
    }
  }
}

interface Side {
  readonly own: JoinBuffer
  readonly other: JoinBuffer
  readonly hasNull: (row: Row) => boolean
  /** The row of the result; null: the rows do not match. */
  readonly pairOf: (row: Row, match: Row) => Row | null
}
