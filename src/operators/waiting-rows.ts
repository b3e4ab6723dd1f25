/**
 * When the unmatched rows of a stream-stream join leave: once stream time has passed their window and grace, by time, right before
 * left, then by key. Looking for them is throttled by the wall clock, as in Kafka Streams: the first record starts the interval. Source:
 * `emitNonJoinedOuterRecords` of Kafka Streams' KStreamKStreamJoin.
 */
import type { Header, Process } from '../types/record.ts'
import type { OperatorContext } from './operator.ts'
import type { RecordKeys } from './record-key.ts'
import type { JoinRows, Side, SideName, Sides } from './stream-stream-join.ts'
import { openUnmatchedRows, type UnmatchedRow } from './unmatched-rows.ts'

export interface WaitingRows {
  readonly wait: (side: SideName, row: UnmatchedRow) => void
  /** The waiting rows of that key and time, if any, have found a match. */
  readonly foundMatch: (side: SideName, key: UnmatchedRow['key'], timestamp: number) => void
  /** `lookAheadMs`: a lower bound of how long rows wait beside the grace. `headers`: of the records that leave. */
  readonly emitClosed: (at: ClosingTime) => void
}

export interface ClosingTime {
  readonly streamTime: number
  readonly lookAheadMs: number
  readonly headers: readonly Header[] | null
}

export interface WaitingRowsOptions {
  readonly sides: Sides<Side>
  readonly graceMs: number
  readonly joined: Sides<JoinRows>
  readonly decode: RecordKeys['decode']
}

const EMIT_INTERVAL = 'ksql.streams.__emit.interval.ms.kstreams.outer.join.spurious.results.fix__'
const DEFAULT_EMIT_INTERVAL_MS = 1000

export function openWaitingRows(
  { sides, graceMs, joined, decode }: WaitingRowsOptions,
  context: OperatorContext,
  emit: Process,
): WaitingRows {
  const unmatched = {
    left: openUnmatchedRows(sides.left.store, context),
    right: openUnmatchedRows(sides.right.store, context),
  }
  const intervalMs = Number(context.config(EMIT_INTERVAL) ?? DEFAULT_EMIT_INTERVAL_MS)
  let nextLook = Number.NEGATIVE_INFINITY
  /** Null: not known, or there is none. */
  let earliest: number | null = null

  const isDue = ({ streamTime, lookAheadMs }: ClosingTime): boolean => {
    if (earliest !== null && earliest + lookAheadMs + graceMs >= streamTime) return false
    const now = context.clock.now()
    if (now < nextLook) return false
    nextLook = now + intervalMs
    return true
  }

  const takeClosed = (side: SideName, streamTime: number) =>
    unmatched[side]
      .takeUntil(streamTime - sides[side].lookAheadMs - graceMs - 1)
      .map((row) => ({ ...row, toRow: joined[side] }))

  return {
    wait(side, row) {
      unmatched[side].add(row)
      if (earliest === null || row.timestamp < earliest) earliest = row.timestamp
    },
    foundMatch: (side, key, timestamp) => unmatched[side].remove(key, timestamp),
    emitClosed(at) {
      if (!isDue(at)) return
      const closed = [...takeClosed('right', at.streamTime), ...takeClosed('left', at.streamTime)]
      earliest = minimum(unmatched.left.earliest(), unmatched.right.earliest())
      closed.sort((a, b) => a.timestamp - b.timestamp)
      for (const { key: storeKey, timestamp, row, toRow } of closed) {
        const { key, window } = decode(storeKey)
        emit({ key, window, value: toRow(row, null), oldValue: null, timestamp, headers: at.headers })
      }
    },
  }
}

const minimum = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.min(a, b)
