/** Where a source `postgres` is, as its position is stored. */
import { formatLsn, type Lsn, parseLsn } from '../postgres/lsn.ts'

export type PostgresPosition =
  /** The rows are being read. Their snapshot does not outlast its connection, so that after an interruption it is begun again. */
  | { readonly kind: 'snapshot' }
  /** All that was committed before `lsn` is stored, and of the next transaction that many changes. */
  | { readonly kind: 'log'; readonly lsn: Lsn; readonly skip: number }

export const SNAPSHOT: PostgresPosition = { kind: 'snapshot' }

export function writePosition(position: PostgresPosition): string {
  if (position.kind === 'snapshot') return JSON.stringify({ snapshot: true })
  return JSON.stringify({ lsn: formatLsn(position.lsn), ...(position.skip > 0 && { skip: position.skip }) })
}

export function readPosition(text: string): PostgresPosition {
  const { lsn, skip = 0 } = JSON.parse(text) as { readonly lsn?: string; readonly skip?: number }
  return lsn === undefined ? SNAPSHOT : { kind: 'log', lsn: parseLsn(lsn), skip }
}
