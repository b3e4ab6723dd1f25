/**
 * Aggregation in session windows.
 *
 * State: for each key, its sessions [start, end], both ends included, with the states of the aggregate functions. Sessions of one key are
 * more than the gap apart.
 *
 * Equation: a record at time t joins the sessions that overlap [t - gap, t + gap]; they become one,
 * `states = add(merge(... merge(initialize(), s1) ..., sn), record)`, from the earliest start to the latest end, t included. A partial is a session
 * of its own that joins those as far as the gap before its start and after its end. Sessions
 * that it replaces are deleted downstream, each with its own time, before the new one leaves, so that a reader never holds both. `pending`
 * holds changes that have not left yet.
 *
 * Time: stream time (`StreamTime`) is the latest time of this operator's own records, and never goes back. A session that ended before
 * stream time - gap - grace is closed; a record that would end up in one is late.
 *
 * With a time-out, sessions are closed all the same once no record has come for so long: stream time becomes that at which the latest one is closed.
 * One that has left then is not joined any more.
 *
 * Expiry: sessions go when stream time has passed their end by more than the retention, which is at least gap + grace, so that these are
 * closed and, with EMIT FINAL, have left. Source: Kafka Streams' KStreamSessionWindowAggregate.
 */
import type { SessionWindow } from '../../metastore/aggregation-window.ts'
import type { Session, SessionStore, StoreKey } from '../../state/store.ts'
import type { Process } from '../../types/record.ts'
import type { Row } from '../../types/value.ts'
import type { OperatorRuntime } from '../operator.ts'
import type { OperatorContext } from '../operator-context.ts'
import { hasKey, type KeyedRecord } from '../record-key.ts'
import type { StepSchema } from '../step.ts'
import { StreamTime } from '../stream-time.ts'
import { finalTimeout, openFinalMark, passWithoutRecords, type QuietTime } from './final-mark.ts'
import { PendingSessions } from './pending-sessions.ts'
import { openWindowGroups, type WindowGroups } from './window-groups.ts'
import type { WindowedAggregateStep } from './windowed-step.ts'

type Bounds = Pick<Session, 'start' | 'end'>

export function buildSessionAggregate(
  step: WindowedAggregateStep<SessionWindow>,
  input: StepSchema,
  context: OperatorContext,
  emit: Process,
): OperatorRuntime {
  const { gapMs, graceMs, retentionMs } = step.window
  const sessions = openSessions(step, input, context)
  const final = step.emit === 'FINAL' ? emitFinal(sessions, step, context, emit) : null
  const changes = final === null ? emitChanges(sessions, context, emit) : null
  const update = changes?.update ?? sessions.merge
  const timeout = finalTimeout(step, context)
  const streamTime = new StreamTime(context)
  const quiet: QuietTime = {
    streamTime,
    hasTimedOut: timeout.hasPassed,
    closingTime: (latestEnd) => latestEnd + gapMs + graceMs + 1,
  }
  const closeTimeAt = (now: number): number => now - graceMs - gapMs
  return {
    inputs: [
      (record) => {
        if (!hasKey(record) || record.value === null) return
        final?.restore(streamTime)
        const before = streamTime.now
        const now = streamTime.advance(record.timestamp)
        const closeTime = closeTimeAt(now)
        const meeting = sessions.meet(record, before, timeout.isSet ? final!.leftBefore() : 0)
        if (meeting.end < closeTime) context.reportLate()
        else update(record, meeting)
        final?.emitClosed(now, record.headers, closeTime)
        if (now > before) sessions.store.expire(now - retentionMs)
      },
    ],
    flush() {
      changes?.flush()
      if (final === null || passWithoutRecords(final, quiet, step, context) === null) return
      if (final.emitClosed(streamTime.now, null, closeTimeAt(streamTime.now))) context.noteChange()
    },
  }
}

/** The sessions that a record joins, and the bounds of the one that they become. */
interface Meeting extends Bounds {
  readonly storeKey: StoreKey
  readonly joined: readonly Session[]
}

interface Sessions extends Pick<WindowGroups, 'decode' | 'toRow'> {
  readonly store: SessionStore
  /**
   * `latest`: the stream time before the record. Sessions of that age are past their retention, even if they were made late. `earliestEnd`: sessions
   * that ended before are not joined either.
   */
  readonly meet: (record: KeyedRecord, latest: number, earliestEnd: number) => Meeting
  /** Replaces the sessions by one with the record; returns its states. */
  readonly merge: (record: KeyedRecord, meeting: Meeting) => Row
}

function openSessions(
  step: WindowedAggregateStep<SessionWindow>,
  input: StepSchema,
  context: OperatorContext,
): Sessions {
  const { window, recordColumns, functions } = step
  const { gapMs, retentionMs } = window
  const startColumn = (recordColumns ?? 0) + functions.length
  /** That of a partial lies behind its states; a record is a session of one instant. */
  const startOf = ({ value, timestamp }: KeyedRecord): number =>
    recordColumns === undefined || value!.length <= startColumn ? timestamp : (value![startColumn] as number)
  const groups = openWindowGroups(step, input, context)
  const { aggregation, encode } = groups
  const store = context.store({ name: step.store, kind: 'session', retentionMs })
  return {
    ...groups,
    store,
    meet(record, latest, earliestEnd) {
      const storeKey = encode(record.key)
      let start = startOf(record)
      let end = record.timestamp
      const joined = store.find(storeKey, Math.max(start - gapMs, latest - retentionMs + 1, earliestEnd), end + gapMs)
      for (const session of joined) {
        if (session.start < start) start = session.start
        if (session.end > end) end = session.end
      }
      return { storeKey, joined, start, end }
    },
    merge({ value }, { storeKey, joined, start, end }) {
      if (start !== end) for (const old of joined) store.remove(storeKey, old.start, old.end)
      let states = aggregation.initialize()
      for (const old of joined) states = aggregation.merge(states, old.value.row)
      aggregation.add(states, value!)
      store.put(storeKey, start, end, { row: states, timestamp: end })
      return states
    },
  }
}

/**
 * EMIT CHANGES: deletes of the replaced sessions, then the new one. Even a record inside of a session replaces it; only one that falls on a
 * session of a single instant updates it in place. Where changes are held back, a session that keeps its bounds is updated in place, too.
 */
function emitChanges({ toRow, merge }: Sessions, context: OperatorContext, emit: Process) {
  const pending = new PendingSessions({
    onGone(key, { start, end, oldValue, headers }) {
      emit({ key, window: { start, end }, value: null, oldValue, timestamp: end, headers })
    },
    onFresh(key, start, { end, states, oldValue, headers }) {
      const window = { start, end }
      emit({ key, window, value: toRow(key, states, window), oldValue, timestamp: end, headers })
    },
  })
  const emitAtOnce = (record: KeyedRecord, meeting: Meeting): void => {
    const { key, headers } = record
    const { start, end, joined } = meeting
    // Merging changes the old states, so that the old rows are made before.
    const oldRows = context.oldValues ? joined.map((old) => toRow(key, old.value.row, old)) : []
    const isInstant = start === end
    if (!isInstant) {
      joined.forEach((old, i) => {
        const window = { start: old.start, end: old.end }
        emit({ key, window, value: null, oldValue: oldRows[i] ?? null, timestamp: old.end, headers })
      })
    }
    const states = merge(record, meeting)
    const window = { start, end }
    const oldValue = isInstant ? (oldRows[0] ?? null) : null
    emit({ key, window, value: toRow(key, states, window), oldValue, timestamp: end, headers })
  }
  const rowOf = (key: Row, old: Session): Row | null => (context.oldValues ? toRow(key, old.value.row, old) : null)
  const holdBack = (record: KeyedRecord, meeting: Meeting): void => {
    const fresh = pending.replace(record, meeting, rowOf)
    fresh.states = merge(record, meeting)
  }
  return { update: context.coalesces ? holdBack : emitAtOnce, flush: () => pending.flush() }
}

/** EMIT FINAL: the row of each session once, when it is closed, by end. */
function emitFinal(
  { store, decode, toRow }: Sessions,
  { store: name }: WindowedAggregateStep<SessionWindow>,
  context: OperatorContext,
  emit: Process,
) {
  const mark = openFinalMark(name, context)
  return {
    restore: mark.restore,
    /** Sessions that ended before it have left. */
    leftBefore: (): number => mark.closeTime() ?? 0,
    /** End of the latest session that has not left; null: all have. */
    latestOpen(): number | null {
      let latest: number | null = null
      for (const [, { end }] of store.findEnded(mark.closeTime() ?? 0, Number.MAX_SAFE_INTEGER)) latest = end
      return latest
    },
    /** Whether one has left. */
    emitClosed(streamTime: number, headers: KeyedRecord['headers'], closeTime: number): boolean {
      const from = mark.closeTime() ?? 0
      if (from > closeTime - 1) return false
      const closed = [...store.findEnded(from, closeTime - 1)]
      if (closed.length === 0) return false
      mark.set(closeTime, streamTime)
      for (const [storeKey, { start, end, value }] of closed) {
        const key = decode(storeKey)
        const window = { start, end }
        emit({ key, window, value: toRow(key, value.row, window), oldValue: null, timestamp: end, headers })
      }
      return true
    },
  }
}
