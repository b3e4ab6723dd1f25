/**
 * Records of PROTOBUF topics beside confluent-kafka and a registry that both use: `SCHEMA_REGISTRY_URL`, with the path of its Confluent API.
 * Schemas stay in it.
 */
import { expect, inject, test } from 'vitest'
import { CONFLUENT } from '../../src/serde/protobuf/imports/confluent.ts'
import { describeRegistryClient } from './registry-world.ts'

const command = inject('registryClient')

/** Messages, imports that every library brings, an enum, and a message that is not the first of its file. */
const ORDER = `syntax = "proto3";
package shop;
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";
message Unused { int32 x = 1; }
message Order {
  int64 id = 1;
  string customer = 2;
  Status status = 3;
  repeated Line lines = 4;
  map<string, double> prices = 5;
  google.protobuf.Timestamp at = 6;
  google.protobuf.Int32Value rating = 7;
  optional string note = 8;
  message Line { string article = 1; uint32 count = 2; }
  enum Status { NEW = 0; PAID = 2; }
}`

const PAID = {
  id: '9007199254740993',
  customer: 'Zoë',
  status: 'PAID',
  lines: [
    { article: 'a', count: 4294967295 },
    { article: '', count: 0 },
  ],
  prices: { a: 1.5 },
  at: '2023-11-14T22:13:20.123Z',
  rating: 0,
  note: '',
}
const EMPTY = { id: '0', customer: '', status: 'NEW', lines: [], prices: {} }

describeRegistryClient(command, (opened) => {
  const unique = `interop${Date.now()}`
  const [input, output] = [`${unique}-in`, `${unique}-out`]
  test('what it writes is read by inferred columns, and it reads what a query writes', async () => {
    await opened.world.createTopics(new Map([[input, 1]]))
    const { files } = await opened.peer.ask({ compile: { 'order.proto': ORDER } })
    for (const value of [PAID, EMPTY]) {
      const { payload } = await opened.peer.ask({ serialize: { topic: input, files, message: 'shop.Order' }, value })
      const bytes = Buffer.from(payload as string, 'hex')
      await opened.world.produce(input, { key: null, value: bytes, timestamp: 0, headers: [] })
    }
    const ksql = `CREATE STREAM S WITH (kafka_topic='${input}', value_format='PROTOBUF', value_schema_full_name='shop.Order');
      CREATE STREAM O WITH (kafka_topic='${output}', value_format='PROTOBUF', value_schema_full_name='shop.Out') AS SELECT * FROM S;`
    await opened.post('/ksql', { ksql })
    await opened.world.settled()
    const rows = (await opened.post('/query', { ksql: 'SELECT * FROM S;' })).split('\n')
    expect(rows[0]).toContain(
      '`ID` BIGINT, `CUSTOMER` STRING, `STATUS` STRING, `LINES` ARRAY<STRUCT<`ARTICLE` STRING, `COUNT` BIGINT>>, ' +
        '`PRICES` MAP<STRING, DOUBLE>, `AT` TIMESTAMP, `RATING` INTEGER, `NOTE` STRING',
    )
    expect(rows.slice(1, 3)).toEqual([
      '{"row":{"columns":[9007199254740993,"Zoë","PAID",[{"ARTICLE":"a","COUNT":4294967295},{"ARTICLE":"","COUNT":0}],{"a":1.5},"2023-11-14T22:13:20.123",0,""]}},',
      '{"row":{"columns":[0,"","NEW",[],{},null,null,null]}},',
    ])
    const written = await opened.world.consume(output)
    const read = await Promise.all(
      written.map(({ value }) =>
        opened.peer.ask({ deserialize: { topic: output, imports: CONFLUENT }, payload: value!.toString('hex') }),
      ),
    )
    expect(read).toEqual([
      {
        value: {
          ID: PAID.id,
          CUSTOMER: 'Zoë',
          STATUS: 'PAID',
          LINES: [
            { ARTICLE: 'a', COUNT: '4294967295' },
            { ARTICLE: '', COUNT: '0' },
          ],
          PRICES: [{ key: 'a', value: 1.5 }],
          AT: PAID.at,
          RATING: 0,
          NOTE: '',
        },
      },
      { value: { ID: '0', CUSTOMER: '', STATUS: 'NEW', LINES: [], PRICES: [], RATING: 0, NOTE: '' } },
    ])
  })
})
