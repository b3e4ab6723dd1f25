import { afterEach, describe, expect, test } from 'vitest'
import { RecordBatchBuilder } from '../../../../src/broker/record-batch-builder.ts'
import { RecordBatchCursor, readHeaders } from '../../../../src/broker/record-batch-cursor.ts'
import type { Header } from '../../../../src/types/record.ts'
import { CollectingSubscriber } from '../../../support/collecting-subscriber.ts'
import { QueryWorld } from '../../../support/query-world.ts'
import { until } from '../../../support/until.ts'

let world: QueryWorld
afterEach(() => world.close())

const source = (name: string, properties: string, partitions = 1) =>
  `CREATE STREAM ${name} (k STRING KEY, n INT) WITH (kafka_topic='${name}', value_format='JSON', partitions=${partitions}${properties});`

const EARLIEST = { 'auto.offset.reset': 'earliest' }
const EXACT = { ...EARLIEST, 'processing.guarantee': 'exactly_once_v2' }
const FAST_RETRY = { 'ksql.query.retry.backoff.initial.ms': '1', 'ksql.query.retry.backoff.max.ms': '2' }
const GARBAGE = '{"n": '

const numbers = async (topic: string) =>
  ((await world.values(topic)) as { N: number }[]).map(({ N }) => N).toSorted((a, b) => a - b)
const good = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => ({ key: 'a', value: { n: from + i }, timestamp: 1000 + from + i }))
const bad = (timestamp = 5) => ({ key: 'a', value: GARBAGE, timestamp })

interface Letter {
  readonly key: string | null
  readonly value: string | null
  readonly timestamp: number
  readonly headers: Readonly<Record<string, string>>
}

/** Committed records of the only partition. */
async function letters(topic: string): Promise<Letter[]> {
  const [end] = await world.broker.endOffsets(topic, { readCommitted: true })
  if (end!.offset === 0) return []
  const fetcher = world.broker.fetcher({ readCommitted: true })
  fetcher.assign({ topic, partition: 0, offset: 0 })
  const found: Letter[] = []
  const cursor = new RecordBatchCursor()
  for (let position = 0; position < end!.offset; ) {
    for (const { batches, fetchOffset, nextOffset, abortedTransactions } of await fetcher.poll(1000)) {
      cursor.reset(batches, fetchOffset, abortedTransactions)
      while (cursor.next()) found.push(letter(cursor))
      position = nextOffset
    }
  }
  await fetcher.close()
  return found
}

function letter(cursor: RecordBatchCursor): Letter {
  const { buffer, keyStart, keyEnd, valueStart, valueEnd, timestamp } = cursor
  const text = (start: number, end: number) => (end < 0 ? null : buffer.toString('utf8', start, end))
  const headers = (readHeaders(cursor) ?? []).map(({ key, value }) => [key, Buffer.from(value ?? []).toString()])
  return {
    key: text(keyStart, keyEnd),
    value: text(valueStart, valueEnd),
    timestamp,
    headers: Object.fromEntries(headers) as Record<string, string>,
  }
}

describe('a source whose bad records stop a query', () => {
  test('stops it before the record, with cause and place; what came before is not done again', async () => {
    world = await QueryWorld.open()
    const [plan] = await world.run(`${source('s', ", on_error='FAIL'")} CREATE STREAM copy AS SELECT k, n FROM s;`, {
      ...EARLIEST,
      ...FAST_RETRY,
    })
    const status = () => world.runtime.status(plan!.queryId)!
    await world.produce('s', [...good(0, 5), bad(), ...good(5, 8)])
    await until(() => status().failures.length >= 5)
    expect(status().failures.at(-1)).toMatchObject({
      type: 'USER',
      message: expect.stringMatching(
        /^The value of the record at offset 5 of partition 0 of topic s cannot be read: .+\n/,
      ),
    })
    expect(await numbers('COPY')).toEqual([0, 1, 2, 3, 4])
    expect(world.errors[0]?.error).toMatchObject({ type: 'deserialization', position: { topic: 's', offset: 5 } })
  })

  test('is nothing to queries that read the topic by another source', async () => {
    world = await QueryWorld.open()
    const plans = await world.run(`${source('strict', ", on_error='fail'")}
      CREATE STREAM lenient (k STRING KEY, n INT) WITH (kafka_topic='strict', value_format='JSON', on_error='skip');
      CREATE STREAM a AS SELECT k, n FROM strict;
      CREATE STREAM b AS SELECT k, n FROM lenient;`)
    const [a, b] = plans.map(({ queryId }) => queryId)
    await world.produce('strict', [...good(0, 2), bad(), ...good(2, 4)])
    await until(() => world.runtime.status(a!)?.state === 'ERROR')
    await world.runtime.settled()
    expect(await numbers('A')).toEqual([0, 1])
    expect(await numbers('B')).toEqual([0, 1, 2, 3])
    expect(world.runtime.status(b!)?.state).toBe('RUNNING')
  })

  test('stops an exactly-once query alone: the others of its transaction continue', async () => {
    world = await QueryWorld.open()
    const plans = await world.run(
      `${source('s', ", on_error='fail'")} ${source('other', '')}
      CREATE STREAM a AS SELECT k, n FROM s;
      CREATE STREAM b AS SELECT k, n FROM other;`,
      EXACT,
    )
    const [a, b] = plans.map(({ queryId }) => queryId)
    await world.runtime.settled()
    await world.produce('other', good(0, 3))
    await world.produce('s', [...good(0, 5), bad()])
    await until(() => world.runtime.status(a!)?.state === 'ERROR')
    await world.runtime.settled()
    expect(await numbers('A')).toEqual([0, 1, 2, 3, 4])
    expect(await numbers('B')).toEqual([0, 1, 2])
    expect(world.runtime.status(b!)?.state).toBe('RUNNING')
  })

  test('stops a query of several inputs when the record is next, not when it is read', async () => {
    world = await QueryWorld.open()
    const [plan] = await world.run(
      `${source('l', ", on_error='fail'")} ${source('r', '')}
      CREATE STREAM j AS SELECT l.k, l.n AS n FROM l JOIN r WITHIN 1 HOUR ON l.k = r.k;`,
      { ...EARLIEST, ...FAST_RETRY },
    )
    await world.produce('r', [{ key: 'a', value: { n: 1 }, timestamp: 1000 }])
    await world.produce('l', [...good(1, 4), bad(1004), ...good(5, 9)])
    await until(() => world.runtime.status(plan!.queryId)!.failures.length >= 3)
    expect(await numbers('J')).toEqual([1, 2, 3])
    expect(world.runtime.status(plan!.queryId)!.failures.at(-1)!.message).toContain(
      'offset 3 of partition 0 of topic l',
    )
  })

  test('may be all that name nothing else, by configuration', async () => {
    world = await QueryWorld.open()
    const plans = await world.run(
      `${source('plain', '')} ${source('lenient', ", on_error='skip'")}
      CREATE STREAM a AS SELECT k, n FROM plain; CREATE STREAM b AS SELECT k, n FROM lenient;`,
      { ...EARLIEST, 'ksql.fail.on.deserialization.error': 'true' },
    )
    for (const topic of ['plain', 'lenient']) await world.produce(topic, [bad(), ...good(0, 1)])
    const [a] = plans.map(({ queryId }) => queryId)
    await until(() => world.runtime.status(a!)?.state === 'ERROR')
    await world.runtime.settled()
    expect(await numbers('A')).toEqual([])
    expect(await numbers('B')).toEqual([0])
  })
})

test('a bad record that is read ahead while a task repeats itself is reported', async () => {
  world = await QueryWorld.open()
  const config = { ...EARLIEST, 'buffered.records.per.partition': '100000' }
  const [plan] = await world.run(
    `${source('l', '')} ${source('r', '')}
     CREATE STREAM j AS SELECT l.k, l.n AS n FROM l JOIN r WITHIN 1 HOUR ON l.k = r.k;`,
    config,
  )
  await world.produce('l', [bad(), ...good(0, 3)])
  await world.produce('r', [{ key: 'a', value: { n: 1 }, timestamp: 1000 }])
  await world.runtime.settled()
  expect(world.errors.map(({ error }) => error.position?.offset)).toEqual([0])
  await world.restart()
  await world.produce('l', [bad(), ...good(3, 5)])
  await world.runtime.start({ plan: plan!, config, paused: false })
  await world.runtime.settled()
  expect(world.errors.map(({ error }) => error.position?.offset)).toEqual([0, 4])
  expect(await numbers('J')).toEqual([0, 1, 2, 3, 4])
})

describe('a source with a topic for dead letters', () => {
  test('has its bad records there as they were, with what was wrong in headers', async () => {
    world = await QueryWorld.open()
    const [plan] = await world.run(
      `${source('s', ", on_error='dead-letter', dead_letter_topic='rest'", 2)} CREATE STREAM copy AS SELECT k, n FROM s;`,
    )
    const builder = new RecordBatchBuilder()
    const trace: Header = { key: 'trace', value: Buffer.from('t1') }
    builder.append(7, Buffer.from('a'), Buffer.from('{"n": 1}'))
    builder.append(8, Buffer.from('a'), Buffer.from(GARBAGE), [trace])
    builder.append(9, null, Buffer.from('{"n": "x"}'))
    const producer = world.broker.producer()
    await producer.send('s', 1, builder.finish())
    await producer.close()
    await world.runtime.settled()
    expect(await numbers('COPY')).toEqual([1])
    const found = await world.broker.endOffsets('rest')
    expect(found.map(({ offset }) => offset)).toEqual([0, 2])
    expect(world.runtime.status(plan!.queryId)).toMatchObject({ state: 'RUNNING', processingErrors: 2 })
  })

  test('keeps their bytes, times and headers', async () => {
    world = await QueryWorld.open()
    const [plan] = await world.run(
      `${source('s', ", on_error='DEAD_LETTER'")} CREATE STREAM copy AS SELECT k, n FROM s;`,
    )
    const builder = new RecordBatchBuilder()
    builder.append(8, Buffer.from('a'), Buffer.from(GARBAGE), [{ key: 'trace', value: Buffer.from('t1') }])
    builder.append(9, null, Buffer.from('{"n": "x"}'))
    const producer = world.broker.producer()
    await producer.send('s', 0, builder.finish())
    await producer.close()
    await world.runtime.settled()
    const found = await letters('s-dead-letter')
    expect(found).toMatchObject([
      {
        key: 'a',
        value: GARBAGE,
        timestamp: 8,
        headers: {
          trace: 't1',
          '__streams.errors.topic': 's',
          '__streams.errors.partition': '0',
          '__streams.errors.offset': '0',
          '__streams.errors.timestamp': '8',
          '__streams.errors.query': plan!.queryId,
        },
      },
      { key: null, value: '{"n": "x"}', timestamp: 9, headers: { '__streams.errors.offset': '1' } },
    ])
    expect(found[0]!.headers['__streams.errors.message']).not.toBe('')
  })

  test('has records with bad keys and bad times there too', async () => {
    world = await QueryWorld.open()
    await world.run(`
      CREATE STREAM s (k INT KEY, t STRING, n INT) WITH (kafka_topic='s', value_format='JSON', partitions=1,
        timestamp='t', timestamp_format='yyyy-MM-dd', on_error='dead_letter');
      CREATE STREAM copy AS SELECT k, n FROM s;`)
    await world.produce('s', [
      { key: 'not an INT', value: { t: '2020-01-01', n: 1 } },
      { key: '\u0000\u0000\u0000\u0001', value: { t: 'never', n: 2 } },
      { key: '\u0000\u0000\u0000\u0001', value: { t: '2020-01-01', n: 3 } },
    ])
    await world.runtime.settled()
    expect(await numbers('COPY')).toEqual([3])
    expect((await letters('s-dead-letter')).map(({ value }) => JSON.parse(value!).n)).toEqual([1, 2])
  })

  test('has each of them once with exactly-once, in the commit that passes over it', async () => {
    world = await QueryWorld.open()
    const config = { ...EXACT, 'max.task.idle.ms': '3600000' }
    const [plan] = await world.run(
      `${source('l', ", on_error='dead-letter'")} ${source('r', '')}
      CREATE STREAM j AS SELECT l.k, l.n AS n FROM l JOIN r WITHIN 1 HOUR ON l.k = r.k;`,
      config,
    )
    // It is read, but its turn has not come: something of the other input may have to come before it.
    await world.produce('l', [bad(1000), ...good(1, 4)])
    await until(() => world.errors.length > 0)
    await world.restart()
    expect(await letters('l-dead-letter')).toEqual([])
    await world.runtime.start({ plan: plan!, config, paused: false })
    await world.produce('r', [{ key: 'a', value: { n: 2 }, timestamp: 2000 }])
    await until(async () => (await letters('l-dead-letter')).length > 0)
    await world.restart()
    await world.runtime.start({ plan: plan!, config: EXACT, paused: false })
    await world.runtime.settled()
    expect(await numbers('J')).toEqual([1, 2, 3])
    expect(await letters('l-dead-letter')).toHaveLength(1)
  })

  test('has none of push queries', async () => {
    world = await QueryWorld.open()
    await world.run(source('s', ", on_error='dead-letter'"))
    const subscriber = new CollectingSubscriber()
    const plan = world.pushPlan('SELECT k, n FROM s EMIT CHANGES LIMIT 1;')
    await world.runtime.subscribe({ plan, config: EARLIEST }, subscriber)
    await world.produce('s', [bad(), ...good(0, 1)])
    expect(await subscriber.ended).toEqual({ reason: 'limit' })
    expect(await letters('s-dead-letter')).toEqual([])
  })
})
