import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BrowsedRecord } from '../../../../src/engine/requests.ts'
import { TestEngine, temporaryDirectory } from '../../../support/engine.ts'

const directory = temporaryDirectory()
let test: TestEngine
beforeAll(async () => {
  test = await TestEngine.open(directory.path)
  await test.execute(`
    CREATE STREAM readings (id STRING KEY, n INT)
      WITH (kafka_topic='readings', value_format='JSON', partitions=2, on_error='DEAD_LETTER');
    CREATE STREAM texts (id STRING KEY, n STRING) WITH (kafka_topic='readings', value_format='JSON');
    CREATE STREAM halves AS SELECT id, n / 2 AS half FROM readings;
    CREATE STREAM numbers (n INT) WITH (kafka_topic='numbers', value_format='KAFKA', partitions=1);
    INSERT INTO numbers (n) VALUES (1);
    INSERT INTO texts (ROWTIME, id, n) VALUES (1000, 'a', 'seven');`)
  await test.settled()
})
afterAll(async () => {
  await test.close()
  directory.remove()
})

const recordsOf = async (topic: string): Promise<readonly BrowsedRecord[]> =>
  (await test.engine.browseTopic({ topic, partition: null, from: { kind: 'newest' }, limit: 10 })).records

it('a topic without keys has no format of keys', async () => {
  const { keyFormat, valueFormat } = await test.engine.browseTopic({
    topic: 'numbers',
    partition: null,
    from: { kind: 'newest' },
    limit: 1,
  })
  expect([keyFormat, valueFormat]).toEqual(['none', 'KAFKA_INT'])
})

const sentFrom = ({ headers }: BrowsedRecord) =>
  headers.flatMap(([name, value]) => (name === '__millrace.sent.again.from' ? [value] : []))

describe('a record that is sent again', () => {
  it('goes to the place that its dead letter names, with another value and without the headers of the fault', async () => {
    const [bad] = await recordsOf('readings')
    const [letter] = await recordsOf('readings-dead-letter')
    const from = `readings-${bad!.partition}@${bad!.offset}`
    const request = { topic: 'readings-dead-letter', partition: letter!.partition, offset: letter!.offset }
    const sent = await test.engine.sendAgain({ ...request, value: '{"N": 8}' })
    expect(sent).toEqual({ topic: 'readings', partition: bad!.partition, from })
    const [, again] = await recordsOf('readings')
    expect(again).toMatchObject({ key: 'a', value: '{"N": 8}', timestamp: 1000, partition: bad!.partition })
    expect(again!.headers).toEqual([['__millrace.sent.again.from', from]])
    await test.settled()
    expect((await test.rows('SELECT id, half FROM halves;')).rows).toEqual([['a', 4]])
  })

  it('says from where it was sent each time', async () => {
    const [bad] = await recordsOf('readings')
    const { partition, offset } = bad!
    await test.engine.sendAgain({ topic: 'readings', partition, offset, value: null })
    const last = (await recordsOf('readings')).findLast((record) => record.value === bad!.value)!
    expect(last).toMatchObject({ key: 'a', value: bad!.value, partition })
    await test.engine.sendAgain({ topic: 'readings', partition, offset: last.offset, value: null })
    const places = (await recordsOf('readings')).map(sentFrom).at(-1)
    expect(places).toEqual([`readings-${partition}@${offset}`, `readings-${partition}@${last.offset}`])
  })
})

describe('refused is', () => {
  const send = (topic: string, partition: number, offset: number, value: string | null = null) =>
    test.engine.sendAgain({ topic, partition, offset, value })

  it('a record that is not there, with what is there', async () => {
    await expect(send('reading', 0, 0)).rejects.toThrow('Topic reading does not exist. Did you mean readings?')
    await expect(send('numbers', 1, 0)).rejects.toThrow('Topic numbers has no partition 1, but 0 to 0.')
    await expect(send('numbers', 0, 9)).rejects.toThrow(
      'Topic numbers has no record at offset 9 of partition 0. Its offsets are 0 to 0.',
    )
  })

  it('a topic to which no one may insert', async () => {
    await test.execute("CREATE STREAM other (n INT) WITH (kafka_topic='other', value_format='JSON', partitions=1);")
    await test.execute('INSERT INTO other (n) VALUES (1);')
    await test.execute('DROP STREAM other;')
    await expect(send('other', 0, 0)).rejects.toThrow('No stream or table reads topic other')
    await test.execute("CREATE SOURCE STREAM other (n INT) WITH (kafka_topic='other', value_format='JSON');")
    await expect(send('other', 0, 0)).rejects.toThrow('Cannot insert values into read-only stream: OTHER')
  })

  it('text in the place of a value that is not text', async () => {
    await expect(send('numbers', 0, 0, '2')).rejects.toThrow('The value of this record is not text')
    await send('numbers', 0, 0)
    expect((await test.rows('SELECT n FROM numbers;')).rows).toEqual([[1], [1]])
  })
})
