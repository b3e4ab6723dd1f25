/**
 * Records of AVRO topics beside confluent-kafka and a registry that both use: `SCHEMA_REGISTRY_URL`, with the path of its Confluent API.
 * Schemas stay in it.
 */
import { expect, inject, test } from 'vitest'
import { describeRegistryClient } from './registry-world.ts'

const command = inject('avroRegistryClient')

const field = (name: string, type: unknown) => ({ name, type })

/** What a program that knows nothing of Kafka Connect registers. */
const RIDE = {
  type: 'record',
  name: 'Ride',
  namespace: 'com.example',
  fields: [
    field('id', 'long'),
    field('rider', ['null', 'string']),
    field('fare', { type: 'bytes', logicalType: 'decimal', precision: 7, scale: 2 }),
    field('at', { type: 'long', logicalType: 'timestamp-millis' }),
    field('kind', { type: 'enum', name: 'Kind', symbols: ['TAXI', 'BUS'] }),
    field('tags', { type: 'map', values: 'int' }),
    field('stops', {
      type: 'array',
      items: { type: 'record', name: 'Stop', fields: [field('name', ['null', 'string']), field('fee', 'float')] },
    }),
    field('key', { type: 'fixed', name: 'Key', size: 2 }),
  ],
}

const FULL = {
  id: '9007199254740993',
  rider: 'Zoë',
  fare: '-1.28',
  at: '1700000000123',
  kind: 'BUS',
  tags: { a: 1 },
  stops: [{ name: 'a', fee: 0.5 }],
  key: '00ff',
}
const EMPTY = {
  id: '-5000000000000000',
  rider: null,
  fare: '0.00',
  at: '0',
  kind: 'TAXI',
  tags: {},
  stops: [],
  key: '0000',
}

describeRegistryClient(command, (opened) => {
  const unique = `avro${Date.now()}`
  const [input, output] = [`${unique}-in`, `${unique}-out`]
  test('what it writes is read by inferred columns, and it reads what a query writes', async () => {
    await opened.world.createTopics(new Map([[input, 1]]))
    for (const value of [FULL, EMPTY]) {
      const { payload } = await opened.peer.ask({ serialize: input, schema: RIDE, value })
      const bytes = Buffer.from(payload as string, 'hex')
      await opened.world.produce(input, { key: null, value: bytes, timestamp: 0, headers: [] })
    }
    const ksql = `CREATE STREAM S WITH (kafka_topic='${input}', value_format='AVRO');
      CREATE STREAM O WITH (kafka_topic='${output}', value_schema_full_name='com.example.Out') AS SELECT * FROM S;`
    await opened.post('/ksql', { ksql })
    await opened.world.settled()
    const rows = (await opened.post('/query', { ksql: 'SELECT * FROM S;' })).split('\n')
    expect(rows[0]).toContain(
      '`ID` BIGINT, `RIDER` STRING, `FARE` DECIMAL(7, 2), `AT` TIMESTAMP, `KIND` STRING, `TAGS` MAP<STRING, INTEGER>, ' +
        '`STOPS` ARRAY<STRUCT<`NAME` STRING, `FEE` DOUBLE>>, `KEY` BYTES',
    )
    expect(rows.slice(1, 3)).toEqual([
      '{"row":{"columns":[9007199254740993,"Zoë",-1.28,"2023-11-14T22:13:20.123","BUS",{"a":1},[{"NAME":"a","FEE":0.5}],"AP8="]}},',
      '{"row":{"columns":[-5000000000000000,null,0.00,"1970-01-01T00:00:00.000","TAXI",{},[],"AAA="]}},',
    ])
    const written = await opened.world.consume(output)
    const read = await Promise.all(
      written.map(({ value }) => opened.peer.ask({ deserialize: output, payload: value!.toString('hex') })),
    )
    expect(read[0]!['schema']).toMatchObject({ name: 'Out', namespace: 'com.example' })
    expect(read.map(({ value }) => value)).toEqual([
      {
        ID: FULL.id,
        RIDER: 'Zoë',
        FARE: '-1.28',
        AT: FULL.at,
        KIND: 'BUS',
        TAGS: [{ key: 'a', value: 1 }],
        STOPS: [{ NAME: 'a', FEE: 0.5 }],
        KEY: '00ff',
      },
      { ID: EMPTY.id, RIDER: null, FARE: '0.00', AT: '0', KIND: 'TAXI', TAGS: [], STOPS: [], KEY: '0000' },
    ])
  })
})
