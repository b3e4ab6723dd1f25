/**
 * Stream-stream join within a window. Output row: left row, then right row (NULLs for a side without a match).
 *
 * State: for each side, its recent rows by key and time; for outer joins with GRACE, also the rows that wait without a match.
 *
 * Equation: `left ⋈ right = { l + r | key(l) = key(r), time(l) - before <= time(r) <= time(l) + after }`; an outer join adds
 * `l + NULLs` (or `NULLs + r`) for each row of its outer side that is in no pair.
 *
 * Order: a row is kept before it looks for matches, and input is taken one row at a time, so that of two rows that match the later comer
 * finds the earlier, and no pair leaves twice. Rows that wait leave before the matches of the row that moved stream time on, since
 * these cannot be theirs.
 *
 * Time: stream time is the latest time of both sides (`StreamTime`). A row that waits leaves alone when stream time has passed its window and grace. A side
 * forgets rows that are the retention (before + after + grace) behind its own latest row; a row that is later than that is late: it
 * is not kept, but still finds what the other side has.
 */

import type { StoreDeclaration, StoreSpec } from '../../state/store.ts'
import type { Process, StreamRecord } from '../../types/record.ts'
import { type Column, columnTypes } from '../../types/schema.ts'
import type { Row } from '../../types/value.ts'
import { keyOfBoth, noExpressions } from '../column-read.ts'
import type { OperatorDefinition } from '../operator.ts'
import { hasKey, recordKeys } from '../record-key.ts'
import type { StepId, StepSchema } from '../step.ts'
import { StreamTime } from '../stream-time.ts'
import {
  type JoinKind,
  type JoinRows,
  joinedSchema,
  rowConcatenation,
  type Side,
  type SideName,
  type Sides,
} from './join-sides.ts'
import { openRecentRows } from './recent-rows.ts'
import { unmatchedSpec } from './unmatched-rows.ts'
import { openWaitingRows } from './waiting-rows.ts'

export interface StreamStreamJoinStep {
  readonly kind: 'streamStreamJoin'
  readonly id: StepId
  readonly left: StepId
  readonly right: StepId
  readonly join: JoinKind
  /** Right time may be in `[left - beforeMs, left + afterMs]`; in a RIGHT join, left time in `[right - beforeMs, right + afterMs]`. */
  readonly beforeMs: number
  readonly afterMs: number
  /** Null: no GRACE was given: unmatched rows leave at once, and the 24 h default bounds lateness. */
  readonly graceMs: number | null
  /** Name of the resulting key column (the key of both sides has the same type). */
  readonly key: readonly Column[]
  readonly leftStore: string
  readonly rightStore: string
}

/**
 * Each side keeps its recent rows, and looks the other's up. With GRACE, rows that may stay without a match wait until stream time, the
 * latest of both sides, has passed their window and grace, so that no match can come any more; without, they leave at once. Records without a value end here; those without a key match nothing. The result's time is the later of both rows'.
 * Source: Kafka Streams' KStreamKStreamJoin, KIP-633, KIP-962.
 */
export const streamStreamJoin: OperatorDefinition<StreamStreamJoinStep> = {
  label: 'JOIN',
  peerName: 'StreamStreamJoin',
  oldValue: 'ignores',
  usesStreamTime: true,
  passesKey: false,
  expressions: noExpressions,
  reads: keyOfBoth,
  view: null,
  upgrade: 'refused',
  inputs: ({ left, right }) => [left, right],
  schema: ({ key }, inputs) => joinedSchema('stream', key, inputs),
  stores(step, [left, right]) {
    const sides = sidesOf(step)
    return [...storesOf(step, sides.left.store, left!), ...storesOf(step, sides.right.store, right!)]
  },
  build(step, [leftSchema, rightSchema], context, emit) {
    const sides = sidesOf(step)
    const { encode, decode } = recordKeys(leftSchema!)
    const recent = {
      left: openRecentRows(bufferSpec(step, sides.left.store), context),
      right: openRecentRows(bufferSpec(step, sides.right.store), context),
    }
    const joined = rowJoiners(leftSchema!.value.length, rightSchema!.value.length)
    const waiting = waits(step)
      ? openWaitingRows({ sides, graceMs: step.graceMs!, joined, decode }, context, emit)
      : null
    const streamTime = new StreamTime(context)

    const process = (name: SideName): Process => {
      const { lookBackMs, lookAheadMs, keepsUnmatched } = sides[name]
      const other = name === 'left' ? 'right' : 'left'
      const toRow = joined[name]
      const own = recent[name]
      const others = recent[other]
      // No closure per record: at each of them the garbage collector would run a sixth more often.
      return (record) => {
        const { window, value, timestamp, headers } = record
        const now = streamTime.advance(timestamp)
        if (value === null) return
        if (!hasKey(record)) {
          if (keepsUnmatched) emit(resultOf(record, toRow(value, null), timestamp))
          return
        }
        const storeKey = encode(record.key, window)
        own.add(storeKey, { row: value, timestamp })
        if (timestamp >= now) waiting?.emitClosed(now, headers)
        let isMatched = false
        for (const match of others.fetch(storeKey, timestamp - lookBackMs, timestamp + lookAheadMs)) {
          isMatched = true
          waiting?.foundMatch(other, storeKey, match.timestamp)
          emit(resultOf(record, toRow(value, match.row), Math.max(timestamp, match.timestamp)))
        }
        if (isMatched || !keepsUnmatched) return
        if (waiting === null || waiting.isClosed(name, timestamp, now)) {
          emit(resultOf(record, toRow(value, null), timestamp))
        } else waiting.wait(name, { key: storeKey, timestamp, row: value })
      }
    }
    return {
      inputs: [process('left'), process('right')],
      flush: () => waiting?.emitClosed(streamTime.now, null),
    }
  },
}

/** ksqlDB builds a RIGHT join as the LEFT join of the right stream with the left one, so that there the window lies around the right row. */
function sidesOf({ join, beforeMs, afterMs, leftStore, rightStore }: StreamStreamJoinStep): Sides<Side> {
  const asWritten = { lookBackMs: beforeMs, lookAheadMs: afterMs }
  const mirrored = { lookBackMs: afterMs, lookAheadMs: beforeMs }
  return {
    left: {
      store: leftStore,
      ...(join === 'RIGHT' ? mirrored : asWritten),
      keepsUnmatched: join === 'LEFT' || join === 'FULL',
    },
    right: {
      store: rightStore,
      ...(join === 'RIGHT' ? asWritten : mirrored),
      keepsUnmatched: join === 'RIGHT' || join === 'FULL',
    },
  }
}

/** What leaves for a record: key, window and headers are its own. */
const resultOf = ({ key, window, headers }: StreamRecord, value: Row, timestamp: number): StreamRecord => ({
  key,
  window,
  value,
  oldValue: null,
  timestamp,
  headers,
})

const waits = ({ join, graceMs }: StreamStreamJoinStep): boolean => join !== 'INNER' && graceMs !== null

const DEFAULT_GRACE_MS = 86_400_000

const bufferSpec = ({ beforeMs, afterMs, graceMs }: StreamStreamJoinStep, name: string) =>
  ({
    name,
    kind: 'joinBuffer',
    fetchMs: beforeMs + afterMs,
    retentionMs: beforeMs + afterMs + (graceMs ?? DEFAULT_GRACE_MS),
  }) as const satisfies StoreSpec

function storesOf(step: StreamStreamJoinStep, name: string, { value }: StepSchema): StoreDeclaration[] {
  const types = columnTypes(value)
  const buffer = { ...bufferSpec(step, name), types }
  return waits(step) ? [buffer, { ...unmatchedSpec(name), types, isList: true }] : [buffer]
}

function rowJoiners(leftWidth: number, rightWidth: number): Sides<JoinRows> {
  const concatenate = rowConcatenation(leftWidth, rightWidth)
  return {
    left: (own, match) => concatenate(own, match),
    right: (own, match) => concatenate(match, own),
  }
}
