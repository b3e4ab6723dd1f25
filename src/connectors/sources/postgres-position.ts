/** Where a source `postgres` is, as its position is stored. */
import { formatLsn, type Lsn, parseLsn } from '../postgres/lsn.ts'

export type PostgresPosition =
  /**
   * The rows are being read. `lsn`: where the slot begins; null: it may not have been made, and no row is stored. The snapshot does not outlast
   * its connection, so that an interrupted reading begins again; the slot stays, with all changes since.
   */
  | { readonly kind: 'snapshot'; readonly lsn: Lsn | null }
  /** All that was committed before `lsn` is stored, and of the next transaction that many changes. */
  | { readonly kind: 'log'; readonly lsn: Lsn; readonly skip: number }

export const BEGINNING: PostgresPosition = { kind: 'snapshot', lsn: null }

interface StoredPosition {
  readonly snapshot?: boolean
  readonly lsn?: string
  readonly skip?: number
}

export function writePosition(position: PostgresPosition): string {
  const lsn = position.lsn === null ? {} : { lsn: formatLsn(position.lsn) }
  if (position.kind === 'snapshot') return JSON.stringify({ snapshot: true, ...lsn })
  return JSON.stringify({ ...lsn, ...(position.skip > 0 && { skip: position.skip }) })
}

export function readPosition(text: string): PostgresPosition {
  const { snapshot = false, lsn, skip = 0 } = JSON.parse(text) as StoredPosition
  if (snapshot || lsn === undefined) return { kind: 'snapshot', lsn: lsn === undefined ? null : parseLsn(lsn) }
  return { kind: 'log', lsn: parseLsn(lsn), skip }
}
