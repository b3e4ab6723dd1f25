/** Compares what queries wrote with what they had to write. */
import type { Broker } from '../../../src/broker/broker.ts'
import type { FaultServer } from '../support/server.ts'
import { readRecords } from '../support/topics.ts'
import type { Expected, History, Totals } from './flow.ts'

/** Differences told of each topic. */
const MAX_TOLD = 3

export interface Checked {
  readonly failures: string[]
  /** Records on the output topics. */
  readonly records: number
  /** Records that were there more than once, or went back to an older value. */
  readonly repeated: number
}

/** With `exactlyOnce` nothing may be there twice; without, only nothing may be missing and nothing be wrong. */
export async function checkOutputs(broker: Broker, wanted: Expected, exactlyOnce: boolean): Promise<Checked> {
  const wrongs = [
    await checkIds(broker, 'FILTERED', wanted.filter, (row) => row['ID'] as number),
    await checkIds(broker, 'JOINED', new Set(Array(wanted.orders).keys()), (row) =>
      row['ORDER_ID'] === row['PAYMENT_ID'] ? (row['ORDER_ID'] as number) : Number.NaN,
    ),
    await checkTable(broker, 'COUNTED', wanted.count, (key) => key.toString()),
    await checkTable(
      broker,
      'WINDOWED',
      wanted.windows,
      (key) => `${key.toString('utf8', 0, key.length - 8)} ${key.readBigInt64BE(key.length - 8)}`,
    ),
  ]
  const failures = wrongs.flatMap(({ topic, missing, foreign, repeated }) => [
    ...told(topic, 'missing', missing),
    ...told(topic, 'wrong', foreign),
    ...(exactlyOnce ? told(topic, 'repeated', repeated) : []),
  ])
  const sum = (of: (wrong: Wrong) => number) => wrongs.reduce((total, wrong) => total + of(wrong), 0)
  return { failures, records: sum(({ records }) => records), repeated: sum(({ repeated }) => repeated.length) }
}

/** Whether pull queries give each row of the tables as it is at last. */
export async function checkTables(server: FaultServer, wanted: Expected): Promise<string[]> {
  const counted = await server.pull('SELECT k, n, total FROM counted;')
  const windowed = await server.pull('SELECT k, windowstart, n, total FROM windowed;')
  return [
    ...differences(
      'COUNTED',
      new Map(counted.map(([k, n, total]) => [`${k}`, `${n} ${total}`])),
      counted.length,
      wanted.count,
    ),
    ...differences(
      'WINDOWED',
      new Map(windowed.map(([k, start, n, total]) => [`${k} ${start}`, `${n} ${total}`])),
      windowed.length,
      wanted.windows,
    ),
  ]
}

function differences(table: string, rows: ReadonlyMap<string, string>, count: number, wanted: History): string[] {
  const wrong = [...wanted].filter(([name, values]) => {
    const { n, total } = values.at(-1)!
    return rows.get(name) !== `${n} ${total}`
  })
  const found = count === wanted.size ? [] : [`${table}: a pull query gives ${count} rows of ${wanted.size}`]
  return [
    ...found,
    ...told(
      `Pulled from ${table}`,
      'wrong',
      wrong.map(([name]) => `${name}: ${rows.get(name)}`),
    ),
  ]
}

interface Wrong {
  readonly topic: string
  records: number
  readonly missing: string[]
  readonly foreign: string[]
  readonly repeated: string[]
}

const none = (topic: string): Wrong => ({ topic, records: 0, missing: [], foreign: [], repeated: [] })

function told(topic: string, what: string, found: readonly string[]): string[] {
  return found.length === 0 ? [] : [`${topic}: ${found.length} ${what}: ${found.slice(0, MAX_TOLD).join(', ')}`]
}

async function checkIds(
  broker: Broker,
  topic: string,
  wanted: ReadonlySet<number>,
  idOf: (row: Record<string, unknown>) => number,
): Promise<Wrong> {
  const wrong = none(topic)
  const seen = new Set<number>()
  for await (const { value, partition, offset } of readRecords(broker, topic)) {
    wrong.records++
    const id = value === null ? Number.NaN : idOf(JSON.parse(value) as Record<string, unknown>)
    if (!wanted.has(id)) wrong.foreign.push(`${value} at ${partition}/${offset}`)
    else if (seen.has(id)) wrong.repeated.push(`${id} at ${partition}/${offset}`)
    else seen.add(id)
  }
  for (const id of wanted) if (!seen.has(id)) wrong.missing.push(String(id))
  return wrong
}

/** A table's topic may skip values of a key, as changes are gathered, but each is one that the key had, in order, up to the last. */
async function checkTable(
  broker: Broker,
  topic: string,
  wanted: History,
  keyOf: (key: Buffer) => string,
): Promise<Wrong> {
  const wrong = none(topic)
  const last = new Map<string, Totals>()
  for await (const { key, value, partition, offset } of readRecords(broker, topic)) {
    wrong.records++
    const { N: n, TOTAL: total } = JSON.parse(value ?? '{}') as { N: number; TOTAL: number }
    const name = key === null ? '' : keyOf(key)
    if (wanted.get(name)?.[n - 1]?.total !== total) wrong.foreign.push(`${name} ${value} at ${partition}/${offset}`)
    if (n <= (last.get(name)?.n ?? 0)) wrong.repeated.push(`${name} ${value} at ${partition}/${offset}`)
    last.set(name, { n, total })
  }
  for (const [name, values] of wanted) {
    if (last.get(name)?.n !== values.length) wrong.missing.push(`${name}: ${last.get(name)?.n} of ${values.length}`)
  }
  return wrong
}
