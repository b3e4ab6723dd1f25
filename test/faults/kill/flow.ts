/** What flows in the kill test: its input, its statements, and what must come out, computed plainly. */
import type { TextRecord } from '../support/topics.ts'

export const PARTITIONS = 2
export const TOPICS = ['events', 'orders', 'payments'] as const
export const OUTPUTS = { filter: 'FILTERED', count: 'COUNTED', windows: 'WINDOWED', join: 'JOINED' } as const

const KEYS = 500
const EPOCH_MS = 1_700_000_000_000
const WINDOW_MS = 60_000
/** Every seventh event passes the filter. */
const KINDS = 7

export const SOURCES = `
  CREATE STREAM events (k STRING KEY, id BIGINT, kind INT, v BIGINT)
    WITH (kafka_topic='events', key_format='KAFKA', value_format='JSON', partitions=${PARTITIONS});
  CREATE STREAM orders (k STRING KEY, id BIGINT) WITH (kafka_topic='orders', key_format='KAFKA', value_format='JSON', partitions=${PARTITIONS});
  CREATE STREAM payments (k STRING KEY, id BIGINT) WITH (kafka_topic='payments', key_format='KAFKA', value_format='JSON', partitions=${PARTITIONS});`

export const STATEMENTS = `
  CREATE STREAM filtered AS SELECT k, id, v FROM events WHERE kind = 0 EMIT CHANGES;
  CREATE TABLE counted AS SELECT k, COUNT(*) AS n, SUM(v) AS total FROM events GROUP BY k EMIT CHANGES;
  CREATE TABLE windowed AS SELECT k, COUNT(*) AS n, SUM(v) AS total FROM events WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY k EMIT CHANGES;
  CREATE STREAM joined AS SELECT o.k AS k, o.id AS order_id, p.id AS payment_id
    FROM orders o JOIN payments p WITHIN 10 MINUTES GRACE PERIOD 24 HOURS ON o.k = p.k EMIT CHANGES;`

interface Event {
  readonly id: number
  readonly key: string
  readonly kind: number
  readonly v: number
  readonly timestamp: number
}

const eventAt = (id: number): Event => ({
  id,
  key: `k${(id * 7919) % KEYS}`,
  kind: id % KINDS,
  v: (id * 31) % 1000,
  timestamp: EPOCH_MS + 10 * id,
})

/** Half of the records are events, a quarter orders, a quarter payments: one for each order, one minute later. */
export function* records(topic: (typeof TOPICS)[number], from: number, to: number): Iterable<TextRecord> {
  for (let i = from; i < to; i++) {
    if (topic === 'events') {
      for (const id of [2 * i, 2 * i + 1]) {
        const { key, kind, v, timestamp } = eventAt(id)
        yield { key, timestamp, value: JSON.stringify({ id, kind, v }) }
      }
    } else {
      const timestamp = EPOCH_MS + 20 * i + (topic === 'orders' ? 0 : WINDOW_MS)
      yield { key: `o${i}`, timestamp, value: JSON.stringify({ id: i }) }
    }
  }
}

export interface Totals {
  n: number
  total: number
}

/** Values of a table, in the order in which each key has them. */
export type History = ReadonlyMap<string, readonly Totals[]>

export interface Expected {
  /** Ids of the events that pass. */
  readonly filter: ReadonlySet<number>
  readonly count: History
  /** By key and start of the window. */
  readonly windows: History
  /** One payment for each of so many orders. */
  readonly orders: number
}

/** `quarters`: how many orders there are. */
export function expected(quarters: number): Expected {
  const filter = new Set<number>()
  const count = new Map<string, Totals[]>()
  const windows = new Map<string, Totals[]>()
  for (let id = 0; id < 2 * quarters; id++) {
    const { key, kind, v, timestamp } = eventAt(id)
    if (kind === 0) filter.add(id)
    add(count, key, v)
    add(windows, `${key} ${timestamp - (timestamp % WINDOW_MS)}`, v)
  }
  return { filter, count, windows, orders: quarters }
}

function add(history: Map<string, Totals[]>, key: string, v: number): void {
  const values = history.get(key) ?? []
  if (values.length === 0) history.set(key, values)
  const last = values.at(-1) ?? { n: 0, total: 0 }
  values.push({ n: last.n + 1, total: last.total + v })
}
