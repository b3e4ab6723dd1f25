import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TestEngine, temporaryDirectory } from '../../support/engine.ts'

const directory = temporaryDirectory()
let test: TestEngine
beforeAll(async () => {
  test = await TestEngine.open(directory.path)
  await test.execute(
    `CREATE STREAM s (k STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON', partitions=2, retention_ms=123000);`,
  )
})
afterAll(async () => {
  await test.close()
  directory.remove()
})

const configOf = async (topic: string) => (await test.broker.describeTopic(topic))?.config

it('a stream of a query keeps its records as long as the topic it reads', async () => {
  await test.execute('CREATE STREAM derived AS SELECT * FROM s;')
  expect(await configOf('DERIVED')).toMatchObject({ 'retention.ms': '123000', 'cleanup.policy': 'delete' })
})

it('RETENTION_MS says otherwise', async () => {
  await test.execute('CREATE STREAM kept WITH (retention_ms=-1) AS SELECT * FROM s;')
  expect(await configOf('KEPT')).toMatchObject({ 'retention.ms': '-1' })
})

it('tables compact, windowed tables are kept as long as their windows', async () => {
  await test.execute('CREATE TABLE counts AS SELECT v, COUNT(*) AS n FROM s GROUP BY v;')
  await test.execute(
    'CREATE TABLE windows AS SELECT v, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 1 HOUR, RETENTION 2 DAYS, GRACE PERIOD 1 HOUR) GROUP BY v;',
  )
  expect(await configOf('COUNTS')).toMatchObject({ 'cleanup.policy': 'compact' })
  expect(await configOf('WINDOWS')).toMatchObject({ 'cleanup.policy': 'compact,delete', 'retention.ms': '172800000' })
})

it('windows are kept as long as RETENTION_MS says, but not shorter than they are needed', async () => {
  const windows = async (name: string, retention: number) => {
    await test.execute(
      `CREATE TABLE ${name} WITH (retention_ms=${retention}) AS SELECT v, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 1 HOUR, RETENTION 2 DAYS) GROUP BY v;`,
    )
    return (await configOf(name.toUpperCase()))?.['retention.ms']
  }
  expect(await windows('shorter', 1000)).toBe('172800000')
  expect(await windows('longer', 999_999_999)).toBe('999999999')
  expect(await windows('endless', -1)).toBe('-1')
})

describe('the topic of dead letters', () => {
  it('takes the largest record of its source with headers added', async () => {
    await test.broker.createTopic({ name: 'raw', partitions: 1, config: { 'max.message.bytes': '5000000' } })
    await test.execute(
      `CREATE STREAM raw (v INT) WITH (kafka_topic='raw', value_format='JSON', on_error='DEAD_LETTER');`,
    )
    expect(await configOf('raw-dead-letter')).toMatchObject({ 'max.message.bytes': '5065536' })
  })

  it('takes the largest record of the topic that a sink reads', async () => {
    await test.execute(`CREATE SINK out FROM s WITH (connector='file', directory='${directory.path}/out',
      'errors.tolerance'='all', 'errors.deadletterqueue.topic.name'='letters');`)
    expect(await configOf('letters')).toMatchObject({ 'max.message.bytes': String(1_048_588 + 65_536) })
  })
})
