/**
 * Aggregation in tumbling and hopping windows. Stream time is the latest time of this operator's own records; a window that ends at or
 * before stream time - grace is closed: a record is late for it. Source: Kafka Streams' KStreamWindowAggregate.
 */
import type { TimeWindow } from '../../metastore/aggregation-window.ts'
import { keyCodec } from '../../state/key.ts'
import type { StoreKey } from '../../state/store.ts'
import type { Process, Window } from '../../types/record.ts'
import type { Row } from '../../types/value.ts'
import type { OperatorRuntime } from '../operator.ts'
import type { OperatorContext } from '../operator-context.ts'
import { hasKey, type KeyedRecord } from '../record-key.ts'
import type { StepSchema } from '../step.ts'
import { compileAggregateFunctions, type GroupState } from './aggregate-functions.ts'
import { openFinalMark } from './final-mark.ts'
import type { PendingChange } from './pending-changes.ts'
import { PendingWindows } from './pending-windows.ts'
import type { WindowedAggregateStep } from './windowed-step.ts'

export function buildTimeWindowAggregate(
  { functions, window, emit: mode, store: name }: WindowedAggregateStep<TimeWindow>,
  input: StepSchema,
  context: OperatorContext,
  emit: Process,
): OperatorRuntime {
  const { sizeMs, graceMs, retentionMs } = window
  const advanceMs = advanceOf(window)
  const aggregation = compileAggregateFunctions(functions, context)
  const { encode, decode } = keyCodec(input.key.map(({ type }) => type))
  const store = context.store({ name, kind: 'window', retentionMs })
  const final = mode === 'FINAL' ? openFinalMark(name, context) : null
  let streamTime = -1
  let latestStart = -1

  const toRow = (key: Row, states: Row, { start, end }: Window): Row => {
    const row = aggregation.output(key, states)
    row.push(start, end)
    return row
  }

  const leave = (start: number, storeKey: StoreKey, { key, headers, oldValue }: PendingChange): void => {
    const stored = store.get(storeKey, start)
    if (stored === undefined) return
    const bounds = { start, end: start + sizeMs }
    const { row, timestamp } = stored
    emit({ key, window: bounds, value: toRow(key, row, bounds), oldValue, timestamp, headers })
  }
  const pending = final === null ? new PendingWindows(leave) : null

  const update = (record: KeyedRecord, start: number): void => {
    const { key, value, timestamp: recordTime } = record
    const storeKey = encode(key)
    const stored: GroupState | undefined = store.get(storeKey, start)
    const group = stored ?? { row: aggregation.initialize(), timestamp: recordTime }
    const states = group.row
    if (pending !== null && !pending.at(start).touch(storeKey, record)) {
      const bounds = { start, end: start + sizeMs }
      pending
        .at(start)
        .add(storeKey, record, stored === undefined || !context.oldValues ? null : toRow(key, states, bounds))
    }
    aggregation.add(states, value!)
    if (group.timestamp < recordTime) group.timestamp = recordTime
    store.put(storeKey, start, group)
    if (!context.coalesces) pending?.flush()
  }

  /**
   * Windows that started before are past their retention. All of them are closed, so that with EMIT FINAL they leave before they expire.
   * Without record cache (`cache.max.bytes.buffering` = 0) they are lost: Kafka Streams' store drops them when a newer window comes in.
   */
  const expiredBefore = (): number => latestStart - retentionMs

  const emitClosed = ({ headers }: KeyedRecord): void => {
    const closeTime = streamTime - graceMs
    const emittedTo = final!.closeTime()
    const from = emittedTo === null ? 0 : emittedTo - sizeMs + 1
    const to = closeTime - sizeMs
    if (Math.ceil(from / advanceMs) * advanceMs > to) return
    const closed = [...store.fetchAll(context.coalesces ? from : Math.max(from, expiredBefore()), to)]
    final!.set(closeTime, streamTime)
    for (const [storeKey, start, { row, timestamp }] of closed) {
      const key = decode(storeKey)
      const bounds = { start, end: start + sizeMs }
      emit({ key, window: bounds, value: toRow(key, row, bounds), oldValue: null, timestamp, headers })
    }
  }

  return {
    inputs: [
      (record) => {
        if (!hasKey(record) || record.value === null) return
        if (streamTime < 0 && final !== null) streamTime = final.streamTime()
        streamTime = Math.max(streamTime, record.timestamp)
        const before = latestStart
        for (
          let start = firstStart(record.timestamp, sizeMs, advanceMs);
          start <= record.timestamp;
          start += advanceMs
        ) {
          if (start + sizeMs <= streamTime - graceMs) {
            context.reportLate()
            continue
          }
          update(record, start)
          if (start > latestStart) latestStart = start
        }
        if (final !== null) emitClosed(record)
        if (latestStart > before) {
          pending?.flushBefore(expiredBefore())
          store.expire(expiredBefore())
        }
      },
    ],
    flush: () => pending?.flush(),
  }
}

export const advanceOf = (window: TimeWindow): number => (window.type === 'HOPPING' ? window.advanceMs : window.sizeMs)

/**
 * Start of the earliest window that contains `timestamp`; the others follow every `advanceMs` up to `timestamp`. Windows are
 * `[start, start + sizeMs)`, aligned to the epoch; none starts before it. Source: Kafka Streams' `TimeWindows.windowsFor`.
 */
export const firstStart = (timestamp: number, sizeMs: number, advanceMs: number): number =>
  Math.floor(Math.max(0, timestamp - sizeMs + advanceMs) / advanceMs) * advanceMs
