import { describe, expect, it } from 'vitest'
import type { AggregationWindow } from '../../src/metastore/aggregation-window.ts'
import { windowedAggregate } from '../../src/operators/aggregate/windowed-aggregate.ts'
import type { StreamRecord } from '../../src/types/record.ts'
import { comparable, FAMILIES, type Family, toRow, VALUE_TYPES } from '../support/aggregate-families.ts'
import { type Event, randomEvents } from '../support/events.ts'
import { harness, record } from '../support/operator-harness.ts'
import { forEachSeed, type Random } from '../support/seeds.ts'
import { streamOf } from '../support/steps.ts'

/** `[key, start, end, result (null: deleted), time]`. */
type Output = readonly [key: string, start: number, end: number, result: unknown, time: number]

const GONE = Symbol('gone')
type TimeWindow = Exclude<AggregationWindow, { type: 'SESSION' | 'CUMULATE' }>
type CumulateWindow = Extract<AggregationWindow, { type: 'CUMULATE' }>
type SessionWindow = Extract<AggregationWindow, { type: 'SESSION' }>

function check(random: Random, family: Family, window: AggregationWindow, mode: 'CHANGES' | 'FINAL'): void {
  const events = randomEvents(random, { sides: 1, count: 40, step: 4 })
  const step = {
    kind: 'windowedAggregate',
    id: 'a',
    input: 'g',
    functions: [family.call],
    window,
    emit: mode,
    store: 'rows',
  } as const
  const { send } = harness(windowedAggregate, step, [streamOf(VALUE_TYPES)])
  const usable = events.filter(({ key }) => key !== null)
  const outputs = usable.map(({ key, value, time }) => send(0, record([key], toRow(key!, value), time)).map(toOutput))
  const expected = outputsOf(usable, window, family, mode)
  outputs.forEach((actual, i) => {
    expect(actual, `event ${i}: ${JSON.stringify(usable[i])}`).toEqual(expected[i])
  })
}

function outputsOf(
  events: readonly Event[],
  window: AggregationWindow,
  family: Family,
  mode: 'CHANGES' | 'FINAL',
): Output[][] {
  if (window.type === 'SESSION') return sessionOutputs(events, window, family, mode)
  if (window.type === 'CUMULATE') return cumulateOutputs(events, window, family, mode)
  return timeOutputs(events, window, family, mode)
}

const toOutput = ({ key, window, value, timestamp }: StreamRecord): Output => [
  key![0] as string,
  window!.start,
  window!.end,
  value === null ? GONE : comparable(value[1]),
  timestamp,
]

const latestOf = (events: readonly Event[]): number => Math.max(...events.map(({ time }) => time))

/** For each event the outputs, each worked out from all events up to it. */
function timeOutputs(
  events: readonly Event[],
  window: TimeWindow,
  { of }: Family,
  mode: 'CHANGES' | 'FINAL',
): Output[][] {
  const { sizeMs, graceMs, retentionMs } = window
  const advanceMs = window.type === 'HOPPING' ? window.advanceMs : sizeMs
  const closeTime = (i: number) => latestOf(events.slice(0, i + 1)) - graceMs
  const covers = (start: number, { time }: Event) => start <= time && time < start + sizeMs
  const isAccepted = (i: number, start: number) => covers(start, events[i]!) && start + sizeMs > closeTime(i)
  const starts = (to: number) => Array.from({ length: Math.floor(to / advanceMs) + 1 }, (_, n) => n * advanceMs)
  const outputOf = (key: string, start: number, i: number): Output | null => {
    const members = events.filter((event, j) => j <= i && event.key === key && isAccepted(j, start))
    if (members.length === 0) return null
    const result = comparable(of(members.map(({ value }) => value)))
    return [key, start, start + sizeMs, result, latestOf(members)]
  }
  const newestStart = (i: number) =>
    Math.max(-1, ...starts(latestOf(events)).filter((start) => events.some((_, j) => j <= i && isAccepted(j, start))))
  const keys = [...new Set(events.map(({ key }) => key!))].sort()
  return events.map((event, i) => {
    if (mode === 'CHANGES') {
      return starts(event.time)
        .filter((start) => isAccepted(i, start))
        .map((start) => outputOf(event.key!, start, i)!)
    }
    const before = i === 0 ? Number.NEGATIVE_INFINITY : closeTime(i - 1)
    const closing = starts(Math.max(0, closeTime(i))).filter((start) => {
      const end = start + sizeMs
      return end <= closeTime(i) && end > before && start >= newestStart(i) - retentionMs
    })
    return closing.flatMap((start) => keys.map((key) => outputOf(key, start, i)).filter((output) => output !== null))
  })
}

/** As `timeOutputs`, over the ends of windows. */
function cumulateOutputs(
  events: readonly Event[],
  { sizeMs, stepMs, graceMs }: CumulateWindow,
  { of }: Family,
  mode: 'CHANGES' | 'FINAL',
): Output[][] {
  const closeTime = (i: number) => latestOf(events.slice(0, i + 1)) - graceMs
  const startFor = (end: number) => end - 1 - ((end - 1) % sizeMs)
  const isAccepted = (i: number, end: number) =>
    startFor(end) <= events[i]!.time && events[i]!.time < end && end > closeTime(i)
  const last = latestOf(events) + sizeMs
  const ends = Array.from({ length: Math.ceil(last / stepMs) }, (_, n) => (n + 1) * stepMs)
  const outputOf = (key: string, end: number, i: number): Output | null => {
    const members = events.filter((event, j) => j <= i && event.key === key && isAccepted(j, end))
    if (members.length === 0) return null
    return [key, startFor(end), end, comparable(of(members.map(({ value }) => value))), latestOf(members)]
  }
  const keys = [...new Set(events.map(({ key }) => key!))].sort()
  return events.map((event, i) => {
    if (mode === 'CHANGES') return ends.filter((end) => isAccepted(i, end)).map((end) => outputOf(event.key!, end, i)!)
    const before = i === 0 ? Number.NEGATIVE_INFINITY : closeTime(i - 1)
    return ends
      .filter((end) => end <= closeTime(i) && end > before)
      .flatMap((end) => keys.map((key) => outputOf(key, end, i)).filter((output) => output !== null))
  })
}

interface Session {
  readonly key: string
  /** In the order in which they were added. */
  readonly members: readonly Event[]
}

const startOf = ({ members }: Session): number => Math.min(...members.map(({ time }) => time))
const endOf = ({ members }: Session): number => latestOf(members)

/** Sessions as lists of their events; what they show is worked out from the list. */
function sessionOutputs(
  events: readonly Event[],
  { gapMs, graceMs, retentionMs }: SessionWindow,
  { of, order }: Family,
  mode: 'CHANGES' | 'FINAL',
): Output[][] {
  let sessions: Session[] = []
  let closedTo = 0
  const outputOf = (session: Session, isGone = false): Output => {
    const { members } = session
    const ordered = order === 'arrival' ? members.toSorted((a, b) => events.indexOf(a) - events.indexOf(b)) : members
    const result = isGone ? GONE : comparable(of(ordered.map(({ value }) => value)))
    return [session.key, startOf(session), endOf(session), result, endOf(session)]
  }
  return events.map((event, i) => {
    const closeTime = latestOf(events.slice(0, i + 1)) - graceMs - gapMs
    const latestBefore = i === 0 ? -1 : latestOf(events.slice(0, i))
    const joined = sessions
      .filter(({ key }) => key === event.key)
      // Sessions past their retention are not found, even those that were made late.
      .filter((session) => endOf(session) > latestBefore - retentionMs)
      .filter((session) => endOf(session) >= event.time - gapMs && startOf(session) <= event.time + gapMs)
      .sort((a, b) => startOf(a) - startOf(b))
    const session: Session = { key: event.key!, members: [...joined.flatMap(({ members }) => members), event] }
    const isLate = endOf(session) < closeTime
    const changes: Output[] = []
    if (!isLate) {
      const isInstant = startOf(session) === endOf(session)
      if (!isInstant) changes.push(...joined.map((old) => outputOf(old, true)))
      changes.push(outputOf(session))
      const isReplaced = (other: Session) =>
        joined.includes(other) ||
        (other.key === session.key && startOf(other) === startOf(session) && endOf(other) === endOf(session))
      sessions = [...sessions.filter((other) => !isReplaced(other)), session]
    }
    const closed = sessions
      .filter((other) => endOf(other) >= closedTo && endOf(other) < closeTime)
      .sort((a, b) => endOf(a) - endOf(b) || startOf(a) - startOf(b) || (a.key < b.key ? -1 : 1))
    if (closeTime > closedTo) closedTo = closeTime
    const live = sessions.filter((other) => endOf(other) >= closeTime)
    const final = closed.map((other) => outputOf(other))
    sessions = live
    return mode === 'FINAL' ? final : changes
  })
}

const grace = (random: Random) => random.integer(0, 20)
const kinds = {
  TUMBLING: (random: Random): AggregationWindow => {
    const [sizeMs, graceMs] = [random.integer(1, 15), grace(random)]
    return { type: 'TUMBLING', sizeMs, graceMs, retentionMs: sizeMs + graceMs + random.pick([0, 50]) }
  },
  HOPPING: (random: Random): AggregationWindow => {
    const [sizeMs, graceMs] = [random.integer(2, 15), grace(random)]
    const advanceMs = random.integer(1, sizeMs)
    return { type: 'HOPPING', sizeMs, advanceMs, graceMs, retentionMs: sizeMs + graceMs + random.pick([0, 50]) }
  },
  CUMULATE: (random: Random): AggregationWindow => {
    const [stepMs, graceMs] = [random.integer(1, 6), grace(random)]
    const sizeMs = stepMs * random.integer(1, 4)
    return { type: 'CUMULATE', sizeMs, stepMs, graceMs, retentionMs: sizeMs + graceMs + random.pick([0, 50]) }
  },
  SESSION: (random: Random): AggregationWindow => {
    const [gapMs, graceMs] = [random.integer(1, 10), grace(random)]
    return { type: 'SESSION', gapMs, graceMs, retentionMs: gapMs + graceMs }
  },
}

describe.each(['CHANGES', 'FINAL'] as const)('windows with EMIT %s agree with a count over all records', (mode) => {
  it.each(['TUMBLING', 'HOPPING', 'CUMULATE', 'SESSION'] as const)('%s', (type) => {
    forEachSeed((random) => check(random, FAMILIES[0]!, kinds[type](random), mode))
  })
})

/** Its session merge keeps the lowest sequence numbers, as the peer's does. */
const MERGES_ODDLY = new Set(['LATEST_TWO'])

describe('every aggregate function in windows agrees with the function of all values of the window', () => {
  it.each(FAMILIES.map((family) => [family.call.name, family] as const))('%s', (name, family) => {
    forEachSeed((random) => {
      const types = MERGES_ODDLY.has(name) ? (['TUMBLING'] as const) : (['TUMBLING', 'SESSION'] as const)
      check(random, family, kinds[random.pick(types)](random), 'CHANGES')
    })
  })
})
