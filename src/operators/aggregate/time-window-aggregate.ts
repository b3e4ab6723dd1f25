/**
 * Aggregation in tumbling and hopping windows.
 *
 * State: for each key and window start, the states of the aggregate functions and the latest record time. `pending` holds the changes
 * that have not left yet (EMIT CHANGES), the final mark how far windows have left (EMIT FINAL).
 *
 * Equation: a record at time t belongs to every window [start, start + size) that contains t, and
 * `row(key, start) = result(add(... add(initialize(), r1) ..., rn))` over the records of the key in that window.
 *
 * Time: stream time (`StreamTime`) is the latest time of this operator's own records, and never goes back. A window that ends at or before
 * stream time - grace is closed, and a record is late for it. Stream time advances before windows are updated, so that a record cannot
 * change a window that it closes; closed windows leave after the update, so that a record which is in one window and closes another does
 * both; rows expire last, so that what leaves is still there.
 *
 * With a time-out, windows are closed all the same once no record has come for so long: stream time becomes that at which the latest one is closed.
 *
 * Expiry: rows go when the latest window, or the watermark, is more than the retention after the start of theirs. The retention is at least size + grace, so that
 * these windows are closed. Source: Kafka Streams' KStreamWindowAggregate.
 */
import type { TimeWindow } from '../../metastore/aggregation-window.ts'
import type { StoreKey, WindowStore } from '../../state/store.ts'
import type { Process, Window } from '../../types/record.ts'
import type { OperatorRuntime } from '../operator.ts'
import type { OperatorContext } from '../operator-context.ts'
import { hasKey, type KeyedRecord } from '../record-key.ts'
import type { StepSchema } from '../step.ts'
import { StreamTime } from '../stream-time.ts'
import { finalTimeout, openFinalMark, passWithoutRecords, type QuietTime } from './final-mark.ts'
import { PendingWindows } from './pending-windows.ts'
import { addingToWindows, openWindowGroups, type WindowGroups } from './window-groups.ts'
import type { WindowedAggregateStep } from './windowed-step.ts'

export function buildTimeWindowAggregate(
  step: WindowedAggregateStep<TimeWindow>,
  input: StepSchema,
  context: OperatorContext,
  emit: Process,
): OperatorRuntime {
  const { sizeMs, graceMs, retentionMs } = step.window
  const advanceMs = advanceOf(step.window)
  const groups = openGroups(step, input, context)
  const changes = step.emit === 'CHANGES' ? emitChanges(groups, emit) : null
  const final = step.emit === 'FINAL' ? emitFinal(groups, step, context, emit) : null
  const streamTime = new StreamTime(context)
  const quiet: QuietTime = {
    streamTime,
    hasTimedOut: finalTimeout(step, context).hasPassed,
    closingTime: (latestStart) => latestStart + sizeMs + graceMs,
  }
  let latestStart = -1
  let expired = Number.NEGATIVE_INFINITY

  const addToWindows = (record: KeyedRecord, now: number): void => {
    const { timestamp } = record
    // One text for all windows: a map hashes it once, and their entries share it.
    const storeKey = groups.encode(record.key)
    for (let start = firstStart(timestamp, sizeMs, advanceMs); start <= timestamp; start += advanceMs) {
      if (start + sizeMs <= now - graceMs) {
        context.reportLate()
        continue
      }
      groups.update(record, storeKey, start, changes)
      if (start > latestStart) latestStart = start
    }
  }

  /** Rows of windows that start before this are past their retention. */
  const expiryAt = (now: number): number => Math.min(latestStart, now) - retentionMs

  const expireBefore = (start: number): void => {
    if (start <= expired) return
    expired = start
    changes?.flushBefore(start)
    groups.store.expire(start)
  }

  return {
    inputs: [
      (record) => {
        if (!hasKey(record) || record.value === null) return
        final?.restore(streamTime)
        const now = streamTime.advance(record.timestamp)
        addToWindows(record, now)
        final?.emitClosed(now, record.headers, expiryAt(now))
        expireBefore(expiryAt(now))
      },
    ],
    flush() {
      changes?.flush()
      if (final === null) return
      const cause = passWithoutRecords(final, quiet, step, context)
      if (cause === null) return
      const expiredBefore = cause === 'timeout' ? Number.NEGATIVE_INFINITY : expiryAt(streamTime.now)
      if (final.emitClosed(streamTime.now, null, expiredBefore)) context.noteChange()
    },
  }
}

/** The groups by key and window start. */
interface Groups extends Pick<WindowGroups, 'encode' | 'decode' | 'toRow'> {
  readonly store: WindowStore
  readonly windowOf: (start: number) => Window
  /** Adds the record to its group of that window; the change becomes pending, or leaves with the window (null). */
  readonly update: (record: KeyedRecord, storeKey: StoreKey, start: number, changes: PendingWindows | null) => void
}

function openGroups(step: WindowedAggregateStep<TimeWindow>, input: StepSchema, context: OperatorContext): Groups {
  const { sizeMs, retentionMs } = step.window
  const groups = openWindowGroups(step, input, context)
  const windowOf = (start: number): Window => ({ start, end: start + sizeMs })
  const store = context.store({ name: step.store, kind: 'window', retentionMs })
  const add = addingToWindows(groups, windowOf, context)
  return {
    ...groups,
    store,
    windowOf,
    update(record, storeKey, start, changes) {
      store.put(storeKey, start, add(record, storeKey, start, store.get(storeKey, start), changes))
      if (!context.coalesces) changes?.flush()
    },
  }
}

/** EMIT CHANGES: the newest row of each window that has changed since the last flush. */
const emitChanges = ({ store, windowOf, toRow }: Groups, emit: Process): PendingWindows =>
  new PendingWindows((start, storeKey, { key, headers, oldValue }) => {
    const stored = store.get(storeKey, start)
    if (stored === undefined) return
    const { row, timestamp } = stored
    const window = windowOf(start)
    emit({ key, window, value: toRow(key, row, window), oldValue, timestamp, headers })
  })

/**
 * EMIT FINAL: the row of each window once, when it is closed, by start, then key. Without record cache (`cache.max.bytes.buffering` = 0)
 * windows that have fallen out of their retention by then are lost: Kafka Streams' store drops them when a newer window comes in.
 */
function emitFinal(
  { store, decode, windowOf, toRow }: Groups,
  { window, store: name }: WindowedAggregateStep<TimeWindow>,
  context: OperatorContext,
  emit: Process,
) {
  const { sizeMs, graceMs } = window
  const advanceMs = advanceOf(window)
  const mark = openFinalMark(name, context)
  /** Windows that start before it have left. */
  const firstOpen = (): number => {
    const emittedTo = mark.closeTime()
    return emittedTo === null ? 0 : emittedTo - sizeMs + 1
  }
  return {
    restore: mark.restore,
    /** Start of the latest window that has not left; null: all have. */
    latestOpen(): number | null {
      let latest: number | null = null
      for (const [, start] of store.fetchAll(firstOpen(), Number.MAX_SAFE_INTEGER)) latest = start
      return latest
    },
    /** Whether one has left. */
    emitClosed(streamTime: number, headers: KeyedRecord['headers'], expiredBefore: number): boolean {
      const closeTime = streamTime - graceMs
      const from = firstOpen()
      const to = closeTime - sizeMs
      if (Math.ceil(from / advanceMs) * advanceMs > to) return false
      const closed = [...store.fetchAll(context.coalesces ? from : Math.max(from, expiredBefore), to)]
      mark.set(closeTime, streamTime)
      for (const [storeKey, start, { row, timestamp }] of closed) {
        const key = decode(storeKey)
        const window = windowOf(start)
        emit({ key, window, value: toRow(key, row, window), oldValue: null, timestamp, headers })
      }
      return closed.length > 0
    },
  }
}

const advanceOf = (window: TimeWindow): number => (window.type === 'HOPPING' ? window.advanceMs : window.sizeMs)

/**
 * Start of the earliest window that contains `timestamp`; the others follow every `advanceMs` up to `timestamp`. Windows are
 * `[start, start + sizeMs)`, aligned to the epoch; none starts before it. Source: Kafka Streams' `TimeWindows.windowsFor`.
 */
export const firstStart = (timestamp: number, sizeMs: number, advanceMs: number): number =>
  Math.floor(Math.max(0, timestamp - sizeMs + advanceMs) / advanceMs) * advanceMs
