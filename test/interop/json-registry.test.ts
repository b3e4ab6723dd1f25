/**
 * Records of JSON_SR topics beside confluent-kafka and a registry that both use: `SCHEMA_REGISTRY_URL`, with the path of its Confluent API.
 * Schemas stay in it.
 */
import { expect, inject, test } from 'vitest'
import { describeRegistryClient } from './registry-world.ts'

const command = inject('jsonRegistryClient')

/** What a program that knows nothing of Kafka Connect registers. */
const RIDE = JSON.stringify({
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Ride',
  type: 'object',
  required: ['id'],
  properties: {
    id: { type: 'integer' },
    rider: { type: 'string' },
    fare: { oneOf: [{ type: 'null' }, { type: 'number' }] },
    shared: { type: ['boolean', 'null'] },
    stops: { type: 'array', items: { $ref: '#/definitions/stop' } },
    kind: { enum: ['TAXI', 'BUS'] },
  },
  definitions: { stop: { type: 'object', properties: { name: { type: 'string' } } } },
})

const FULL = { id: 4503599627370497, rider: 'Zoë', fare: 1.5, shared: true, stops: [{ name: 'a' }, {}], kind: 'BUS' }
const EMPTY = { id: 0 }

describeRegistryClient(command, (opened) => {
  const unique = `json${Date.now()}`
  const readBack = async (topic: string) => {
    await opened.world.settled()
    const written = await opened.world.consume(topic)
    return Promise.all(
      written.map(({ value }) => opened.peer.ask({ deserialize: { topic }, payload: value!.toString('hex') })),
    )
  }

  test('what it writes is read by inferred columns, and it reads what a query writes', async () => {
    const [input, output] = [`${unique}-in`, `${unique}-out`]
    await opened.world.createTopics(new Map([[input, 1]]))
    for (const value of [FULL, EMPTY]) {
      const { payload } = await opened.peer.ask({ serialize: { topic: input, schema: RIDE }, value })
      await opened.world.produce(input, {
        key: null,
        value: Buffer.from(payload as string, 'hex'),
        timestamp: 0,
        headers: [],
      })
    }
    const ksql = `CREATE STREAM S WITH (kafka_topic='${input}', value_format='JSON_SR');
      CREATE STREAM O WITH (kafka_topic='${output}') AS SELECT * FROM S;`
    await opened.post('/ksql', { ksql })
    await opened.world.settled()
    const rows = (await opened.post('/query', { ksql: 'SELECT * FROM S;' })).split('\n')
    expect(rows[0]).toContain(
      '`ID` BIGINT, `RIDER` STRING, `FARE` DOUBLE, `SHARED` BOOLEAN, `STOPS` ARRAY<STRUCT<`NAME` STRING>>, `KIND` STRING',
    )
    expect(rows.slice(1, 3)).toEqual([
      '{"row":{"columns":[4503599627370497,"Zoë",1.5,true,[{"NAME":"a"},{"NAME":null}],"BUS"]}},',
      '{"row":{"columns":[0,null,null,null,null,null]}},',
    ])
    expect((await readBack(output)).map(({ value }) => value)).toEqual([
      { ID: FULL.id, RIDER: 'Zoë', FARE: '1.5', SHARED: true, STOPS: [{ NAME: 'a' }, { NAME: null }], KIND: 'BUS' },
      { ID: 0, RIDER: null, FARE: null, SHARED: null, STOPS: null, KIND: null },
    ])
  })

  test('it reads every type that INSERT writes, and finds that each follows the registered schema', async () => {
    const topic = `${unique}-types`
    await opened.post('/ksql', {
      ksql: `CREATE STREAM T (b BOOLEAN, i INT, l BIGINT, d DOUBLE, x DECIMAL(6, 2), s STRING, y BYTES, tm TIME, dt DATE, ts TIMESTAMP,
          a ARRAY<INT>, m MAP<STRING, INT>, st STRUCT<f STRING, g ARRAY<BIGINT>>)
        WITH (kafka_topic='${topic}', value_format='JSON_SR', partitions=1);
        INSERT INTO T VALUES (true, -1, 9007199254740993, 0.5, 10.30, 'x', TO_BYTES('AQ==', 'base64'), '01:00:00', '1970-01-02',
          '1970-01-01T00:00:01', ARRAY[1, NULL], MAP('k' := 1), STRUCT(f := 'y', g := ARRAY[2]));
        INSERT INTO T (i) VALUES (NULL);`,
    })
    const nothing = Object.fromEntries(
      ['B', 'I', 'L', 'D', 'X', 'S', 'Y', 'TM', 'DT', 'TS', 'A', 'M', 'ST'].map((name) => [name, null]),
    )
    const [full, empty] = await readBack(topic)
    expect(full!['value']).toEqual({
      B: true,
      I: -1,
      L: 9007199254740992,
      D: '0.5',
      X: '10.30',
      S: 'x',
      Y: 'AQ==',
      TM: 3_600_000,
      DT: 1,
      TS: 1000,
      A: [1, null],
      M: { k: 1 },
      ST: { F: 'y', G: [2] },
    })
    expect(full!['text']).toContain('"L": 9007199254740993')
    expect(empty!['value']).toEqual(nothing)
  })
})
