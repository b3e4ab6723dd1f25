/** The rows of one side of a stream-stream join that may still find a match: those less than the retention behind the side's stream time. */
import type { StoredRow, StoreKey, StoreSpec } from '../../state/store.ts'
import type { OperatorContext } from '../operator-context.ts'
import { StreamTime } from '../stream-time.ts'

export interface RecentRows {
  /** A row that is older than the retention is not kept. */
  readonly add: (key: StoreKey, row: StoredRow) => void
  /** Rows of the key with time in `[from, to]`, by time, then arrival. */
  readonly fetch: (key: StoreKey, from: number, to: number) => Iterable<StoredRow>
}

/** Each side has a stream time of its own, as Kafka Streams' window stores do. */
export function openRecentRows(
  spec: StoreSpec & { readonly kind: 'joinBuffer'; readonly retentionMs: number },
  context: OperatorContext,
): RecentRows {
  const buffer = context.store(spec)
  // A retention of 0 would forget the latest record itself.
  const retentionMs = Math.max(1, spec.retentionMs)
  const streamTime = new StreamTime(context)
  let oldest = Number.NEGATIVE_INFINITY
  return {
    add(key, row) {
      if (row.timestamp < oldest) return
      buffer.add(key, row)
      const kept = streamTime.advance(row.timestamp) - retentionMs + 1
      if (kept <= oldest) return
      oldest = kept
      buffer.expire(oldest)
    },
    fetch: (key, from, to) => buffer.fetch(key, Math.max(from, oldest), to),
  }
}
