/** Aggregations of partials beside aggregations of the records themselves: rows, windows and late records are the same. */
import { describe, expect, it } from 'vitest'
import type { AggregationWindow } from '../../src/metastore/aggregation-window.ts'
import { aggregate } from '../../src/operators/aggregate/aggregate.ts'
import { partialAggregate } from '../../src/operators/aggregate/partial-aggregate.ts'
import { windowedAggregate } from '../../src/operators/aggregate/windowed-aggregate.ts'
import type { StreamRecord } from '../../src/types/record.ts'
import { comparable, FAMILIES, toRow, VALUE_TYPES } from '../support/aggregate-families.ts'
import { randomEvents } from '../support/events.ts'
import { harness, record } from '../support/operator-harness.ts'
import { forEachSeed, type Random } from '../support/seeds.ts'
import { streamOf } from '../support/steps.ts'

const EXACT = new Set(['COUNT_ALL', 'COUNT', 'SUM', 'AVG', 'MIN', 'MAX'])
const functions = FAMILIES.map(({ call }) => call).filter(({ name }) => EXACT.has(name))
const stream = streamOf(VALUE_TYPES)

/** The newest row of each key and window, in the order of their names. */
class Table {
  readonly #rows = new Map<string, unknown>()

  take(changes: readonly StreamRecord[]): void {
    for (const { key, window, value, timestamp } of changes) {
      const place = `${key![0]} ${window?.start}-${window?.end}`
      if (value === null) this.#rows.delete(place)
      else this.#rows.set(place, [...value.map(comparable), timestamp])
    }
  }

  get rows(): unknown[] {
    return [...this.#rows].sort(([a], [b]) => (a < b ? -1 : 1))
  }
}

/** How many records were sent to the groups. */
function check(random: Random, window: AggregationWindow | undefined, emit: 'CHANGES' | 'FINAL' = 'CHANGES'): number {
  const before = harness(
    partialAggregate,
    { kind: 'partialAggregate', id: 'p', input: 'g', functions, ...(window !== undefined && { window }) },
    [stream],
    { coalesces: true },
  )
  const behind = () => {
    const common = { id: 'a', input: 'g', functions, store: 'rows', recordColumns: stream.value.length }
    const coalesces = emit === 'FINAL'
    return window === undefined
      ? harness(aggregate, { ...common, kind: 'aggregate' }, [before.schema])
      : harness(windowedAggregate, { ...common, kind: 'windowedAggregate', window, emit }, [before.schema], {
          coalesces,
        })
  }
  const [partials, records] = [behind(), behind()]
  const tables = { partials: new Table(), records: new Table() }
  const take = (sent: readonly StreamRecord[]) => {
    for (const one of sent) tables.partials.take(partials.send(0, one))
  }
  let sentCount = 0
  const events = randomEvents(random, { sides: 1, count: 60, step: 4 })
  for (const { key, value, time } of events) {
    const one = record(key === null ? null : [key], toRow(key ?? '', value), time)
    tables.records.take(records.send(0, one))
    const sent = [...before.send(0, one), ...(random.chance(0.1) ? before.flush() : [])]
    sentCount += sent.length
    take(sent)
  }
  take(before.flush())
  expect(tables.partials.rows).toEqual(tables.records.rows)
  expect(partials.lateCount()).toBe(records.lateCount())
  return sentCount
}

const lengths = (random: Random) => {
  const [sizeMs, graceMs] = [random.integer(2, 15), random.pick([0, 0, 3, 20])]
  return { sizeMs, graceMs, retentionMs: sizeMs + graceMs + random.pick([0, 50]) }
}

const WINDOWS = {
  TUMBLING: (random: Random): AggregationWindow => ({ type: 'TUMBLING', ...lengths(random) }),
  HOPPING(random: Random): AggregationWindow {
    const bounds = lengths(random)
    return { type: 'HOPPING', ...bounds, advanceMs: random.integer(1, bounds.sizeMs) }
  },
  CUMULATE(random: Random): AggregationWindow {
    const { sizeMs: stepMs, graceMs } = lengths(random)
    const sizeMs = stepMs * random.integer(1, 4)
    return { type: 'CUMULATE', sizeMs, stepMs, graceMs, retentionMs: sizeMs + graceMs }
  },
  SESSION(random: Random): AggregationWindow {
    const [gapMs, graceMs] = [random.integer(1, 10), random.pick([0, 3, 20])]
    return { type: 'SESSION', gapMs, graceMs, retentionMs: gapMs + graceMs }
  },
}

describe('partials give the rows that their records would', () => {
  it('without windows', () => {
    forEachSeed((random) => expect(check(random, undefined)).toBeLessThan(50))
  })

  it.each(['TUMBLING', 'HOPPING', 'CUMULATE', 'SESSION'] as const)('%s, EMIT CHANGES', (type) => {
    forEachSeed((random) => void check(random, WINDOWS[type](random)))
  })

  it.each(['TUMBLING', 'HOPPING', 'CUMULATE', 'SESSION'] as const)('%s, EMIT FINAL', (type) => {
    forEachSeed((random) => void check(random, WINDOWS[type](random), 'FINAL'))
  })
})
