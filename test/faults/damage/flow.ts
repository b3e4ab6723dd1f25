/** What flows in the damage test: its statements, its rows, and what must come out of them, computed plainly. */

export const PARTITIONS = 2
export const SOURCES = ['events', 'users'] as const
export const TABLES = ['counted', 'regrouped', 'windowed', 'sessions'] as const
export const SINKS = ['FILTERED', 'JOINED', 'MATCHED'] as const
export type Table = (typeof TABLES)[number]
export type Sink = (typeof SINKS)[number]

const EPOCH_MS = 1_700_000_000_000
const KEYS = 150
const GROUPS = 7
const WINDOW_MS = 60_000
const LEAST = 50

/** Small segments, so that there are closed ones with their indexes. */
export const TOPIC_CONFIG = { 'segment.bytes': '6000' }

export const STATEMENTS = `
  CREATE STREAM events (k STRING KEY, v INT) WITH (kafka_topic='events', value_format='JSON', partitions=${PARTITIONS});
  CREATE TABLE users (k STRING PRIMARY KEY, name STRING) WITH (kafka_topic='users', value_format='JSON', partitions=${PARTITIONS});
  CREATE STREAM filtered AS SELECT k, v FROM events WHERE v >= ${LEAST};
  CREATE TABLE counted AS SELECT k, COUNT(*) AS n, SUM(v) AS total FROM events GROUP BY k;
  CREATE TABLE regrouped AS SELECT v % ${GROUPS} AS g, COUNT(*) AS n FROM events GROUP BY v % ${GROUPS};
  CREATE TABLE windowed AS SELECT k, COUNT(*) AS n FROM events WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY k;
  CREATE TABLE sessions AS SELECT k, COUNT(*) AS n FROM events WINDOW SESSION (1 MINUTE) GROUP BY k;
  CREATE STREAM joined AS SELECT e.k AS k, e.v AS v, u.name AS name FROM events e JOIN users u ON e.k = u.k;
  CREATE STREAM matched AS SELECT a.k AS k, a.v AS v, b.v AS w
    FROM events a JOIN filtered b WITHIN 0 SECONDS GRACE PERIOD 1 HOUR ON a.k = b.k;`

export const READ_TABLE: Readonly<Record<Table, string>> = {
  counted: 'SELECT k, n, total FROM counted;',
  regrouped: 'SELECT g, n FROM regrouped;',
  windowed: 'SELECT k, WINDOWSTART, n FROM windowed;',
  sessions: 'SELECT k, WINDOWSTART, WINDOWEND, n FROM sessions;',
}

export interface Event {
  readonly k: string
  readonly v: number
  readonly time: number
}

export const events = (from: number, to: number): Event[] =>
  Array.from({ length: to - from }, (_, i) => {
    const id = from + i
    return { k: `k${(id * 7919) % KEYS}`, v: (id * 31) % 100, time: EPOCH_MS + 1_000 * id }
  })

/** One row for each key of `events`. */
export const users = (): { readonly k: string; readonly name: string }[] =>
  Array.from({ length: KEYS }, (_, i) => ({ k: `k${i}`, name: `name of k${i}` }))

/** Rows as texts, sorted; those of sinks as often as they must be there. */
export interface Outputs {
  readonly tables: Readonly<Record<Table, readonly string[]>>
  readonly sinks: Readonly<Record<Sink, readonly string[]>>
}

/** What comes out when these events have gone through all queries. */
export function outputsOf(all: readonly Event[]): Outputs {
  const passed = all.filter(({ v }) => v >= LEAST)
  const byKey = Map.groupBy(all, ({ k }) => k)
  return {
    tables: {
      counted: texts([...byKey].map(([k, of]) => [k, of.length, of.reduce((sum, { v }) => sum + v, 0)])),
      regrouped: texts([...Map.groupBy(all, ({ v }) => v % GROUPS)].map(([g, of]) => [g, of.length])),
      windowed: texts([...Map.groupBy(all, windowOf)].map(([, of]) => [of[0]!.k, startOf(of[0]!), of.length])),
      sessions: texts([...byKey].flatMap(([k, of]) => sessionsOf(of).map((session) => [k, ...session]))),
    },
    sinks: {
      FILTERED: texts(passed.map(({ k, v }) => [k, { V: v }])),
      JOINED: texts(all.map(({ k, v }) => [k, { V: v, NAME: `name of ${k}` }])),
      MATCHED: texts(passed.map(({ k, v }) => [k, { V: v, W: v }])),
    },
  }
}

export const texts = (rows: readonly unknown[]): string[] => rows.map((row) => JSON.stringify(row)).sort()

const startOf = ({ time }: Event): number => time - (time % WINDOW_MS)
const windowOf = (event: Event): string => `${event.k} ${startOf(event)}`

/** Start, end and count of each session. */
function sessionsOf(all: readonly Event[]): [start: number, end: number, count: number][] {
  const sessions: [number, number, number][] = []
  for (const { time } of [...all].sort((a, b) => a.time - b.time)) {
    const last = sessions.at(-1)
    if (last === undefined || time - last[1] > WINDOW_MS) sessions.push([time, time, 1])
    else {
      last[1] = time
      last[2]++
    }
  }
  return sessions
}
