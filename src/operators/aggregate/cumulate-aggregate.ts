/**
 * Aggregation in cumulating windows: windows of one start that grow step by step up to the size, `[start, start + step)`, `[start, start + 2 * step)`, ...
 *
 * State: for each key and window, the states of the aggregate functions and the latest record time, by both bounds, as sessions are kept. `pending`
 * holds the changes that have not left yet (EMIT CHANGES), the final mark how far windows have left (EMIT FINAL).
 *
 * Equation: a record at time t belongs to the windows that start at the greatest multiple of the size up to t and end after t;
 * `row(key, window) = result(add(... add(initialize(), r1) ..., rn))` over the records of the key in that window.
 *
 * Time: as in time-window-aggregate.ts. A window that ends at or before stream time - grace is closed, and a record is late for it.
 *
 * Expiry: rows go when the latest window, or the watermark, is more than the retention after their end. The retention is at least size + grace, so that these
 * windows are closed. Source: Flink's CUMULATE.
 */
import type { CumulateWindow } from '../../metastore/aggregation-window.ts'
import type { SessionStore, StoreKey } from '../../state/store.ts'
import type { Process, Window } from '../../types/record.ts'
import type { OperatorRuntime } from '../operator.ts'
import type { OperatorContext } from '../operator-context.ts'
import { hasKey, type KeyedRecord } from '../record-key.ts'
import type { StepSchema } from '../step.ts'
import { StreamTime } from '../stream-time.ts'
import type { GroupState } from './aggregate-functions.ts'
import { finalTimeout, openFinalMark, passWithoutRecords, type QuietTime } from './final-mark.ts'
import { PendingWindows } from './pending-windows.ts'
import { addingToWindows, openWindowGroups, type WindowGroups } from './window-groups.ts'
import type { WindowedAggregateStep } from './windowed-step.ts'

export function buildCumulateAggregate(
  step: WindowedAggregateStep<CumulateWindow>,
  input: StepSchema,
  context: OperatorContext,
  emit: Process,
): OperatorRuntime {
  const { sizeMs, stepMs, graceMs, retentionMs } = step.window
  const groups = openGroups(step, input, context)
  const changes = step.emit === 'CHANGES' ? emitChanges(groups, emit) : null
  const final = step.emit === 'FINAL' ? emitFinal(groups, step, context, emit) : null
  const streamTime = new StreamTime(context)
  const quiet: QuietTime = {
    streamTime,
    hasTimedOut: finalTimeout(step, context).hasPassed,
    closingTime: (latestEnd) => latestEnd + graceMs,
  }
  let latestStart = -1
  let expired = Number.NEGATIVE_INFINITY

  const addToWindows = (record: KeyedRecord, now: number): void => {
    const start = Math.floor(record.timestamp / sizeMs) * sizeMs
    if (start > latestStart) latestStart = start
    const first = start + Math.floor((record.timestamp - start) / stepMs) * stepMs + stepMs
    let open = first
    for (; open <= start + sizeMs && open <= now - graceMs; open += stepMs) context.reportLate()
    groups.update(record, { start, from: open, to: start + sizeMs }, changes)
  }

  const expire = (now: number): void => {
    const end = Math.min(latestStart, now) - retentionMs
    if (end <= expired) return
    expired = end
    changes?.flushBefore(end)
    groups.store.expire(end)
  }

  return {
    inputs: [
      (record) => {
        if (!hasKey(record) || record.value === null) return
        final?.restore(streamTime)
        const now = streamTime.advance(record.timestamp)
        addToWindows(record, now)
        final?.emitClosed(now, record.headers)
        expire(now)
      },
    ],
    flush() {
      changes?.flush()
      if (final === null || passWithoutRecords(final, quiet, step, context) === null) return
      if (final.emitClosed(streamTime.now, null)) context.noteChange()
    },
  }
}

/** Windows of one start, by their ends, both included. */
interface Windows {
  readonly start: number
  readonly from: number
  readonly to: number
}

/** The groups by key and window; the end names a window. */
interface Groups extends Pick<WindowGroups, 'decode' | 'toRow'> {
  readonly store: SessionStore
  readonly windowOf: (end: number) => Window
  readonly stored: (storeKey: StoreKey, window: Window) => GroupState | undefined
  /** Adds the record to its groups of those windows; the changes become pending, or leave with the windows (null). */
  readonly update: (record: KeyedRecord, windows: Windows, changes: PendingWindows | null) => void
}

function openGroups(step: WindowedAggregateStep<CumulateWindow>, input: StepSchema, context: OperatorContext): Groups {
  const { sizeMs, stepMs, retentionMs } = step.window
  const groups = openWindowGroups(step, input, context)
  const { encode } = groups
  const windowOf = (end: number): Window => ({ start: Math.floor((end - 1) / sizeMs) * sizeMs, end })
  const store = context.store({ name: step.store, kind: 'session', retentionMs })
  const add = addingToWindows(groups, windowOf, context)
  return {
    ...groups,
    store,
    windowOf,
    stored: (storeKey, { start, end }) => store.find(storeKey, end, start).find((one) => one.end === end)?.value,
    update(record, { start, from, to }, changes) {
      if (from > to) return
      const storeKey = encode(record.key)
      const known = new Map<number, GroupState>()
      for (const one of store.find(storeKey, from, start)) if (one.start === start) known.set(one.end, one.value)
      for (let end = from; end <= to; end += stepMs) {
        store.put(storeKey, start, end, add(record, storeKey, end, known.get(end), changes))
        if (!context.coalesces) changes?.flush()
      }
    },
  }
}

/** EMIT CHANGES: the newest row of each window that has changed since the last flush. */
const emitChanges = ({ windowOf, stored, toRow }: Groups, emit: Process): PendingWindows =>
  new PendingWindows((end, storeKey, { key, headers, oldValue }) => {
    const window = windowOf(end)
    const group = stored(storeKey, window)
    if (group === undefined) return
    emit({ key, window, value: toRow(key, group.row, window), oldValue, timestamp: group.timestamp, headers })
  })

/** EMIT FINAL: the row of each window once, when it is closed, by end. */
function emitFinal(
  { store, decode, toRow }: Groups,
  { window: { graceMs }, store: name }: WindowedAggregateStep<CumulateWindow>,
  context: OperatorContext,
  emit: Process,
) {
  const mark = openFinalMark(name, context)
  /** Windows that end before it have left. */
  const firstOpen = (): number => (mark.closeTime() ?? -1) + 1
  return {
    restore: mark.restore,
    /** End of the latest window that has not left; null: all have. */
    latestOpen(): number | null {
      let latest: number | null = null
      for (const [, { end }] of store.findEnded(firstOpen(), Number.MAX_SAFE_INTEGER)) latest = end
      return latest
    },
    /** Whether one has left. */
    emitClosed(streamTime: number, headers: KeyedRecord['headers']): boolean {
      const closeTime = streamTime - graceMs
      if (firstOpen() > closeTime) return false
      const closed = [...store.findEnded(firstOpen(), closeTime)]
      if (closed.length === 0) return false
      mark.set(closeTime, streamTime)
      for (const [storeKey, { start, end, value }] of closed) {
        const key = decode(storeKey)
        const window = { start, end }
        const row = toRow(key, value.row, window)
        emit({ key, window, value: row, oldValue: null, timestamp: value.timestamp, headers })
      }
      return true
    },
  }
}
