/**
 * Aggregation in session windows, per key: a record joins the sessions that are at most the gap away, or opens one. Sessions that it
 * replaces are deleted downstream, each with its own time. A session that ended before stream time - gap - grace is closed: a record
 * that would end up in one is late. Source: Kafka Streams' KStreamSessionWindowAggregate.
 */
import type { SessionWindow } from '../../metastore/aggregation-window.ts'
import { keyCodec } from '../../state/key.ts'
import type { Session } from '../../state/store.ts'
import type { Process } from '../../types/record.ts'
import type { Row } from '../../types/value.ts'
import type { OperatorRuntime } from '../operator.ts'
import type { OperatorContext } from '../operator-context.ts'
import { hasKey, type KeyedRecord } from '../record-key.ts'
import type { StepSchema } from '../step.ts'
import { compileAggregateFunctions } from './aggregate-functions.ts'
import { openFinalMark } from './final-mark.ts'
import type { WindowedAggregateStep } from './windowed-step.ts'

type Bounds = Pick<Session, 'start' | 'end'>

export function buildSessionAggregate(
  { functions, window, emit: mode, store: name }: WindowedAggregateStep<SessionWindow>,
  input: StepSchema,
  context: OperatorContext,
  emit: Process,
): OperatorRuntime {
  const { gapMs, graceMs, retentionMs } = window
  const aggregation = compileAggregateFunctions(functions, context)
  const { encode, decode } = keyCodec(input.key.map(({ type }) => type))
  const store = context.store({ name, kind: 'session', retentionMs })
  const final = mode === 'FINAL' ? openFinalMark(name, context) : null
  let streamTime = -1

  const toRow = (key: Row, states: Row, { start, end }: Bounds): Row => {
    const row = aggregation.output(key, states)
    row.push(start, end)
    return row
  }
  const closeTime = (): number => streamTime - graceMs - gapMs

  /** `latest`: the stream time before the record. Sessions of that age are past their retention, even if they were made late. */
  const update = (record: KeyedRecord, latest: number): void => {
    const { key, timestamp, headers } = record
    const storeKey = encode(key)
    const sessions = store.find(storeKey, Math.max(timestamp - gapMs, latest - retentionMs + 1), timestamp + gapMs)
    const { start, end } = boundsOf(timestamp, sessions)
    if (end < closeTime()) {
      context.reportLate()
      return
    }
    // Even a record inside of a session replaces it; only one that falls on a session of a single instant updates it in place.
    const isInstant = start === end
    const oldRows = final !== null || !context.oldValues ? [] : sessions.map((old) => toRow(key, old.value.row, old))
    if (!isInstant) replace(record, storeKey, sessions, oldRows)
    const states = sessions.reduce((all, { value }) => aggregation.merge(all, value.row), aggregation.initialize())
    aggregation.add(states, record.value!)
    store.put(storeKey, start, end, { row: states, timestamp: end })
    if (final !== null) return
    const oldValue = isInstant ? (oldRows[0] ?? null) : null
    emit({ key, window: { start, end }, value: toRow(key, states, { start, end }), oldValue, timestamp: end, headers })
  }

  const replace = (
    { key, headers }: KeyedRecord,
    storeKey: ReturnType<typeof encode>,
    sessions: readonly Session[],
    oldRows: readonly Row[],
  ): void => {
    sessions.forEach(({ start, end }, i) => {
      store.remove(storeKey, start, end)
      if (final !== null) return
      emit({ key, window: { start, end }, value: null, oldValue: oldRows[i] ?? null, timestamp: end, headers })
    })
  }

  const emitClosed = ({ headers }: KeyedRecord): void => {
    const from = final!.closeTime() ?? 0
    const to = closeTime() - 1
    if (from > to) return
    const closed = [...store.findEnded(from, to)]
    if (closed.length === 0) return
    final!.set(closeTime(), streamTime)
    for (const [storeKey, { start, end, value }] of closed) {
      const key = decode(storeKey)
      const row = toRow(key, value.row, { start, end })
      emit({ key, window: { start, end }, value: row, oldValue: null, timestamp: end, headers })
    }
  }

  return {
    inputs: [
      (record) => {
        if (!hasKey(record) || record.value === null) return
        if (streamTime < 0 && final !== null) streamTime = final.streamTime()
        const before = streamTime
        streamTime = Math.max(streamTime, record.timestamp)
        update(record, before)
        if (final !== null) emitClosed(record)
        if (streamTime > before) store.expire(streamTime - retentionMs)
      },
    ],
  }
}

/** Of the session that a record at `timestamp` makes of those. */
const boundsOf = (timestamp: number, sessions: readonly Bounds[]): Bounds => ({
  start: Math.min(timestamp, ...sessions.map(({ start }) => start)),
  end: Math.max(timestamp, ...sessions.map(({ end }) => end)),
})
