/**
 * When the unmatched rows of a stream-stream join leave: once stream time has passed their window and grace, by time, right before
 * left, then by key. Looking for them is throttled by the wall clock, as in Kafka Streams: the first record starts the interval. Source:
 * `emitNonJoinedOuterRecords` of Kafka Streams' KStreamKStreamJoin.
 */
import type { Header, Process } from '../../types/record.ts'
import type { OperatorContext } from '../operator-context.ts'
import type { RecordKeys } from '../record-key.ts'
import type { JoinRows, Side, SideName, Sides } from './join-sides.ts'
import { openUnmatchedRows, type UnmatchedRow } from './unmatched-rows.ts'

export interface WaitingRows {
  /** Whether the window and the grace of a row at `timestamp` are over at that stream time: no match can come any more. */
  readonly isClosed: (side: SideName, timestamp: number, streamTime: number) => boolean
  readonly wait: (side: SideName, row: UnmatchedRow) => void
  /** The waiting rows of that key and time, if any, have found a match. */
  readonly foundMatch: (side: SideName, key: UnmatchedRow['key'], timestamp: number) => void
  /** Emits what need not wait longer at that stream time, with these headers. */
  readonly emitClosed: (streamTime: number, headers: readonly Header[] | null) => void
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
  /** Stream time must pass this for a row to leave; -Infinity: not known, or none waits. */
  let nextEnd = Number.NEGATIVE_INFINITY

  const endOf = (side: SideName, timestamp: number): number => timestamp + sides[side].lookAheadMs + graceMs

  const isDue = (streamTime: number): boolean => {
    if (nextEnd >= streamTime) return false
    const now = context.clock.now()
    if (now < nextLook) return false
    nextLook = now + intervalMs
    return true
  }

  const findNextEnd = (): number => {
    const ends = SIDES.flatMap((side) => {
      const timestamp = unmatched[side].earliest()
      return timestamp === null ? [] : [endOf(side, timestamp)]
    })
    return ends.length === 0 ? Number.NEGATIVE_INFINITY : Math.min(...ends)
  }

  const takeClosed = (side: SideName, streamTime: number) =>
    unmatched[side]
      .takeUntil(streamTime - sides[side].lookAheadMs - graceMs - 1)
      .map((row) => ({ ...row, toRow: joined[side] }))

  return {
    isClosed: (side, timestamp, streamTime) => endOf(side, timestamp) < streamTime,
    wait(side, row) {
      unmatched[side].add(row)
      const end = endOf(side, row.timestamp)
      nextEnd = nextEnd === Number.NEGATIVE_INFINITY ? findNextEnd() : Math.min(nextEnd, end)
    },
    foundMatch: (side, key, timestamp) => unmatched[side].remove(key, timestamp),
    emitClosed(streamTime, headers) {
      if (!isDue(streamTime)) return
      const closed = SIDES.flatMap((side) => takeClosed(side, streamTime))
      nextEnd = findNextEnd()
      closed.sort((a, b) => a.timestamp - b.timestamp)
      for (const { key: storeKey, timestamp, row, toRow } of closed) {
        const { key, window } = decode(storeKey)
        emit({ key, window, value: toRow(row, null), oldValue: null, timestamp, headers })
      }
    },
  }
}

/** The right side goes first where times are equal. */
const SIDES: readonly SideName[] = ['right', 'left']
