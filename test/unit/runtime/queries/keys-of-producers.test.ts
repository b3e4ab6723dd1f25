/** Keys that producers write in another form than this server: names in another case, other spaces, numbers or hashes. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { partitionForKey } from '../../../../src/broker/partitioner.ts'
import { RecordBatchBuilder } from '../../../../src/broker/record-batch-builder.ts'
import type { QueryList } from '../../../../src/engine/describe/entities.ts'
import { TestEngine, temporaryDirectory } from '../../../support/engine.ts'

let directory: ReturnType<typeof temporaryDirectory>
let server: TestEngine
let warnings: string[]
beforeEach(async () => {
  directory = temporaryDirectory()
  warnings = []
  server = await TestEngine.openDurable(directory.path, { warn: (message) => warnings.push(message) })
})
afterEach(async () => {
  await server.close()
  directory.remove()
})

const PARTITIONS = 4
const IDS = [0, 1, 2, 3, 4, 5, 6, 7]

interface Produced {
  readonly key: string
  readonly value: unknown
  readonly partition?: number
}

/** As a producer of Kafka: the key's bytes decide, unless a partition is named. */
async function produce(topic: string, records: readonly Produced[]): Promise<void> {
  const producer = server.broker.producer()
  for (const { key, value, partition } of records) {
    const bytes = Buffer.from(key)
    const builder = new RecordBatchBuilder()
    builder.append(1_000, bytes, Buffer.from(JSON.stringify(value)))
    await producer.send(topic, partition ?? partitionForKey(bytes, PARTITIONS), builder.finish())
  }
  await producer.close()
}

const table = (key: string, format = "format='JSON'") =>
  `CREATE TABLE t (${key}, v INT) WITH (kafka_topic='t', ${format}, partitions=${PARTITIONS});
   CREATE TABLE q AS SELECT * FROM t;`

const rowsOf = async (sql: string) => (await server.rows(sql)).rows

async function queryIds(): Promise<string[]> {
  const [list] = (await server.execute('SHOW QUERIES;')) as [QueryList]
  return list.queries.map(({ id }) => id)
}

const misplaced = async () => (await queryIds()).map((id) => server.runtime.status(id)!.misplacedKeys)

describe('a lookup by key', () => {
  test('finds a struct whose names come in another case', async () => {
    await server.execute(table('k STRUCT<id INT> PRIMARY KEY'))
    await produce(
      't',
      IDS.map((id) => ({ key: `{"id":${id}}`, value: { v: id } })),
    )
    await server.settled()
    for (const id of IDS) expect(await rowsOf(`SELECT v FROM q WHERE k = STRUCT(id := ${id});`)).toEqual([[id]])
  })

  test('finds keys of several columns whose names come in another case and order', async () => {
    await server.execute(table('a INT PRIMARY KEY, b STRING PRIMARY KEY'))
    await produce(
      't',
      IDS.map((id) => ({ key: `{"b": "x", "a": ${id}}`, value: { v: id } })),
    )
    await server.settled()
    for (const id of IDS) expect(await rowsOf(`SELECT v FROM q WHERE a = ${id} AND b = 'x';`)).toEqual([[id]])
  })

  test('finds numbers and texts that are written in another form', async () => {
    await server.execute(table('k DOUBLE PRIMARY KEY'))
    await produce(
      't',
      IDS.map((id) => ({ key: `${id}`, value: { v: id } })),
    )
    await server.settled()
    for (const id of IDS) expect(await rowsOf(`SELECT v FROM q WHERE k = ${id}.0;`)).toEqual([[id]])
  })

  test('finds escaped characters', async () => {
    await server.execute(table('k STRING PRIMARY KEY'))
    await produce(
      't',
      IDS.map((id) => ({ key: `"caf\\u00e9 ${id}"`, value: { v: id } })),
    )
    await server.settled()
    for (const id of IDS) expect(await rowsOf(`SELECT v FROM q WHERE k = 'café ${id}';`)).toEqual([[id]])
  })

  test('reads one partition where all producers write alike', async () => {
    await server.execute(table('k STRING PRIMARY KEY'))
    await server.settled()
    const [id] = await queryIds()
    expect(server.runtime.locate(id!, [['plain']])!.here).toHaveLength(1)
    expect(server.runtime.locate(id!, [['café']])!.here).toHaveLength(PARTITIONS)
  })
})

describe('a record in another partition than that of its key', () => {
  test('is counted and told once, with its cause and what to do', async () => {
    await server.execute(table('k STRUCT<id INT> PRIMARY KEY'))
    await produce(
      't',
      IDS.map((id) => ({ key: `{"id":${id}}`, value: { v: id } })),
    )
    await server.settled()
    expect(warnings).toEqual([
      expect.stringMatching(
        /^Query CTAS_Q_\d+: Record \d of partition \d of t: Millrace would have written its key to partition \d.* PARTITION BY/,
      ),
    ])
    expect((await misplaced())[0]).toBeGreaterThan(0)
  })

  test('is told of a table that a re-keyed stream is joined to', async () => {
    await server.execute(`${table('k STRUCT<id INT> PRIMARY KEY')} TERMINATE ALL;
      CREATE STREAM s (id INT, k STRUCT<id INT>) WITH (kafka_topic='s', value_format='JSON', partitions=${PARTITIONS});
      CREATE STREAM j WITH (key_format='JSON') AS SELECT s.k AS k, s.id AS id, t.v AS v FROM s LEFT JOIN t ON s.k = t.k;`)
    await produce(
      't',
      IDS.map((id) => ({ key: `{"id":${id}}`, value: { v: id } })),
    )
    await server.settled()
    expect(warnings).toEqual([expect.stringMatching('Query CSAS_J_.* of t: .*Joins and lookups by key may not find')])
  })

  test('is noticed where another hash has placed it', async () => {
    await server.execute(table('k STRING PRIMARY KEY', "key_format='KAFKA', value_format='JSON'"))
    await produce(
      't',
      IDS.map((id) => ({ key: `k${id}`, value: { v: id }, partition: 0 })),
    )
    await server.settled()
    expect(warnings).toHaveLength(1)
  })

  test('is not told of where records lie as they should, nor where keys do not matter', async () => {
    await server.execute(`${table('k STRUCT<`id` INT> PRIMARY KEY')}
      CREATE STREAM s (k STRUCT<id INT> KEY, v INT) WITH (kafka_topic='s', format='JSON', partitions=${PARTITIONS});
      CREATE STREAM f AS SELECT * FROM s WHERE v > 1;
      CREATE TABLE c AS SELECT v, COUNT(*) AS n FROM s GROUP BY v;`)
    for (const topic of ['s', 't'])
      await produce(
        topic,
        IDS.map((id) => ({ key: `{"id":${id}}`, value: { v: id } })),
      )
    await server.settled()
    expect(warnings).toEqual([])
    expect(await misplaced()).toEqual([0, 0, 0])
  })
})
