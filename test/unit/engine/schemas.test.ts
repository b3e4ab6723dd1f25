/** Statements and queries over formats with a schema registry, through the whole engine. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RecordBatchBuilder } from '../../../src/broker/record-batch-builder.ts'
import type { StatementFailure } from '../../../src/engine/statement-failure.ts'
import { InProcessRegistry } from '../../../src/registry/in-process/in-process-registry.ts'
import { rulesOf } from '../../../src/registry/rules/rules-of.ts'
import { RegistryError, type SchemaDefinition, type SchemaRegistry } from '../../../src/registry/schema-registry.ts'
import { collect, type LineStream, TestEngine, temporaryDirectory } from '../../support/engine.ts'
import { until } from '../../support/until.ts'

let directory: ReturnType<typeof temporaryDirectory>
let registry: InProcessRegistry
/** While it is set, the registry does not answer. */
let outage: RegistryError | null
let test: TestEngine

beforeEach(async () => {
  directory = temporaryDirectory()
  registry = new InProcessRegistry({ rules: rulesOf })
  outage = null
  test = await TestEngine.openWithRegistry(directory.path, fragile(registry))
})
afterEach(async () => {
  await test.close()
  directory.remove()
})

/** The registry, out of reach during an outage. */
function fragile(inner: InProcessRegistry): SchemaRegistry {
  return new Proxy(inner, {
    get(target, name) {
      const member = Reflect.get(target, name, target) as unknown
      if (typeof member !== 'function' || name === 'close') return member
      return (...args: unknown[]) =>
        outage === null ? (member as (...all: unknown[]) => unknown).apply(target, args) : Promise.reject(outage)
    },
  })
}

const DOWN = new RegistryError('The schema registry at http://registry cannot be reached: refused.', {
  kind: 'UNAVAILABLE',
})

const failureOf = (sql: string): Promise<StatementFailure> =>
  test.execute(sql).then(
    () => Promise.reject(new Error(`${sql} did not fail`)),
    (error: StatementFailure) => error,
  )

const avro = (...fields: readonly object[]): SchemaDefinition => ({
  type: 'AVRO',
  text: JSON.stringify({ type: 'record', name: 'R', fields }),
  references: [],
})

const textOf = async (subject: string) => JSON.parse((await registry.version(subject, 'latest'))!.text)

describe('schemas of statements', () => {
  it('CREATE with columns registers them unless the topic has a schema', async () => {
    await test.execute(
      "CREATE STREAM s (k INT KEY, v STRING) WITH (kafka_topic='s', key_format='JSON_SR', value_format='AVRO', partitions=1);",
    )
    expect(await registry.subjects()).toEqual(['s-key', 's-value'])
    expect(await textOf('s-value')).toMatchObject({ name: 'KsqlDataSourceSchema', fields: [{ name: 'V' }] })
    await test.execute("CREATE STREAM t (v STRING, w INT) WITH (kafka_topic='s', value_format='AVRO');")
    expect(await registry.versions('s-value')).toEqual([1])
  })

  it('CREATE AS registers the schemas of its sink, each new one as a version', async () => {
    await test.execute(
      "CREATE STREAM s (k INT KEY, v STRING) WITH (kafka_topic='s', value_format='JSON', partitions=1); " +
        "CREATE STREAM o WITH (value_format='AVRO') AS SELECT k, v FROM s;",
    )
    expect(await textOf('O-value')).toMatchObject({ fields: [{ name: 'V', type: ['null', 'string'] }] })
    await test.execute("CREATE OR REPLACE STREAM o WITH (value_format='AVRO') AS SELECT k, v, LEN(v) AS n FROM s;")
    expect(await registry.versions('O-value')).toEqual([1, 2])
  })

  it('a schema that the subject refuses is an error of the statement, with the words of the registry', async () => {
    await registry.register('O-value', avro({ name: 'V', type: 'int' }))
    await test.execute(
      "CREATE STREAM s (k INT KEY, v STRING) WITH (kafka_topic='s', value_format='JSON', partitions=1);",
    )
    const failure = await failureOf("CREATE STREAM o WITH (value_format='AVRO') AS SELECT k, v FROM s;")
    expect(failure.code).toBe('BAD_STATEMENT')
    expect(failure.message).toContain('Could not register schema for topic: O')
    expect(failure.message).toContain('is incompatible with an earlier schema for subject "O-value"')
    expect(await test.broker.describeTopic('O')).toBeNull()
  })

  it('a request whose later statement is refused registers nothing', async () => {
    await failureOf(
      "CREATE STREAM s (v STRING) WITH (kafka_topic='s', value_format='AVRO', partitions=1); CREATE STREAM o AS SELECT nix FROM s;",
    )
    expect(await registry.subjects()).toEqual([])
  })

  it('a statement infers what an earlier one of its request registers', async () => {
    await test.execute(
      "CREATE STREAM s (v STRING) WITH (kafka_topic='s', value_format='AVRO', partitions=1); " +
        "CREATE STREAM t WITH (kafka_topic='s', value_format='AVRO'); CREATE STREAM o AS SELECT v FROM t;",
    )
    expect(await registry.subjects()).toEqual(['O-value', 's-value'])
  })

  it('columns come from the newest schema in upper case, or from that of an id as they are', async () => {
    const first = await registry.register('s-value', avro({ name: 'a', type: 'int' }))
    await registry.register('s-value', avro({ name: 'a', type: 'int' }, { name: 'b', type: 'string', default: '' }))
    await test.execute(
      "CREATE STREAM s WITH (kafka_topic='s', value_format='AVRO', partitions=1); " +
        `CREATE STREAM t WITH (kafka_topic='s', value_format='AVRO', value_schema_id=${first});`,
    )
    expect(await test.execute('DESCRIBE s; DESCRIBE t;')).toMatchObject([
      { sourceDescription: { fields: [{ name: 'A' }, { name: 'B' }] } },
      { sourceDescription: { fields: [{ name: 'a' }] } },
    ])
  })

  it('a query whose rows cannot be written with the schema of an id is accepted with a warning', async () => {
    const id = await registry.register('o', avro({ name: 'a', type: 'int' }, { name: 'b', type: 'int' }))
    await test.execute("CREATE STREAM s (`a` INT) WITH (kafka_topic='s', value_format='JSON', partitions=1);")
    await expect(
      test.execute(`CREATE STREAM o WITH (value_format='AVRO', value_schema_id=${id}) AS SELECT * FROM s;`),
    ).resolves.toMatchObject([
      {
        '@type': 'currentStatus',
        warnings: [
          {
            message: `No row of O can be written with schema ${id}: Missing default value for required Avro field: [b]. This field appears in Avro schema in Schema Registry`,
          },
        ],
      },
    ])
  })

  it('EXPLAIN of a statement that names a schema looks it up and registers nothing', async () => {
    const id = await registry.register('o', avro({ name: 'a', type: 'int' }))
    await test.execute("CREATE STREAM s (`a` INT) WITH (kafka_topic='s', value_format='JSON', partitions=1);")
    await expect(
      test.execute(`EXPLAIN CREATE STREAM o WITH (value_format='AVRO', value_schema_id=${id}) AS SELECT * FROM s;`),
    ).resolves.toMatchObject([{ '@type': 'queryDescription' }])
    expect(await registry.subjects()).toEqual(['o'])
    expect(
      (await failureOf("EXPLAIN CREATE STREAM o WITH (value_format='AVRO', value_schema_id=99) AS SELECT * FROM s;"))
        .message,
    ).toContain('Schema Id: 99')
  })

  it('a schema id where the format has no schemas is refused before it is looked up', async () => {
    await test.execute("CREATE STREAM s (k INT KEY, a INT) WITH (kafka_topic='s', value_format='JSON', partitions=1);")
    for (const [sql, message] of [
      [
        'CREATE STREAM o WITH (value_schema_id=9) AS SELECT * FROM s;',
        'VALUE_FORMAT should support schema inference when VALUE_SCHEMA_ID is provided. Current format is JSON.',
      ],
      [
        "CREATE STREAM o WITH (key_schema_id=9, value_format='AVRO') AS SELECT * FROM s;",
        'KEY_FORMAT should support schema inference when KEY_SCHEMA_ID is provided. Current format is KAFKA.',
      ],
      [
        "CREATE STREAM t (a INT) WITH (kafka_topic='s', value_format='PROTOBUF_NOSR', value_schema_id=9);",
        'VALUE_FORMAT should support schema inference when VALUE_SCHEMA_ID is provided. Current format is PROTOBUF_NOSR.',
      ],
    ] as const) {
      expect((await failureOf(sql)).message).toContain(message)
    }
  })

  it('fields that cannot be columns are refused', async () => {
    await registry.register('s-value', avro({ name: 'rowtime', type: 'int' }))
    await registry.register('t-value', avro({ name: 'a', type: 'int' }, { name: 'A', type: 'int' }))
    const create = (topic: string) =>
      `CREATE STREAM x WITH (kafka_topic='${topic}', value_format='AVRO', partitions=1);`
    expect((await failureOf(create('s'))).message).toContain("'ROWTIME' is a reserved column name.")
    expect((await failureOf(create('t'))).message).toContain('Duplicate column names: A.')
  })

  it('a schema may have a megabyte', async () => {
    const id = await registry.register('s-value', avro({ name: 'a', type: 'int', doc: 'long '.repeat(200_000) }))
    await test.execute(
      `CREATE STREAM s WITH (kafka_topic='s', value_format='AVRO', value_schema_id=${id}, partitions=1); ` +
        `CREATE STREAM o WITH (value_schema_id=${id}) AS SELECT * FROM s; INSERT INTO s VALUES (7);`,
    )
    await test.settled()
    expect((await test.rows('SELECT * FROM o;')).rows).toEqual([[7]])
  })

  it('a schema that is too large is refused, and not shown as a whole', async () => {
    await registry.register('s-value', avro({ name: 'a', type: 'int', doc: 'long '.repeat(250_000) }))
    const failure = await failureOf("CREATE STREAM s WITH (kafka_topic='s', value_format='AVRO', partitions=1);")
    expect(failure.message).toContain('the most are 1048576')
    expect(failure.message.length).toBeLessThan(3000)
  })

  it('a schema that refers to itself has no SQL type', async () => {
    await registry.register('s-value', avro({ name: 'v', type: 'int' }, { name: 'next', type: ['null', 'R'] }))
    const failure = await failureOf("CREATE STREAM s WITH (kafka_topic='s', value_format='AVRO', partitions=1);")
    expect(failure.code).toBe('BAD_STATEMENT')
    expect(failure.message).toContain(
      "Unable to verify if the schema for message values on topic 's' is compatible with ksqlDB.",
    )
  })

  it('without a schema there are no columns', async () => {
    const failure = await failureOf("CREATE STREAM s WITH (kafka_topic='s', value_format='AVRO', partitions=1);")
    expect(failure.message).toContain(
      "Schema for message values on topic 's' does not exist in the Schema Registry.\nSubject: s-value\n",
    )
  })

  it('a schema of another language names the format to use', async () => {
    await registry.register('s-value', { type: 'JSON', text: '{"type":"object"}', references: [] })
    const failure = await failureOf("CREATE STREAM s WITH (kafka_topic='s', value_format='AVRO', partitions=1);")
    expect(failure.message).toContain(
      "Value schema is not in the expected format. You may want to set VALUE_FORMAT to 'JSON_SR'.",
    )
  })

  it('DROP with DELETE TOPIC deletes the subjects softly, other drops leave them', async () => {
    await test.execute(
      "CREATE STREAM s (v STRING) WITH (kafka_topic='s', value_format='AVRO', partitions=1); DROP STREAM s;",
    )
    expect(await registry.subjects()).toEqual(['s-value'])
    await test.execute("CREATE STREAM s WITH (kafka_topic='s', value_format='AVRO'); DROP STREAM s DELETE TOPIC;")
    expect(await registry.subjects()).toEqual([])
    expect(await registry.schemaById(1)).not.toBeNull()
  })

  it('the end of the cluster deletes the subjects of the topics that it deletes', async () => {
    await test.execute(
      "CREATE STREAM s (v STRING) WITH (kafka_topic='s', value_format='AVRO', partitions=1); " +
        'CREATE STREAM o AS SELECT v FROM s; CREATE STREAM kept AS SELECT v FROM s;',
    )
    await test.engine.terminate(['O'])
    expect(await registry.subjects()).toEqual(['KEPT-value', 's-value'])
  })

  it('a registry that does not answer refuses statements that need it, and no others', async () => {
    outage = DOWN
    const failure = await failureOf(
      "CREATE STREAM s (v STRING) WITH (kafka_topic='s', value_format='AVRO', partitions=1);",
    )
    expect(failure.message).toContain('Could not register schema for topic: s: The schema registry at http://registry')
    await test.execute(
      "CREATE STREAM j (v STRING) WITH (kafka_topic='j', value_format='JSON', partitions=1); DROP STREAM j DELETE TOPIC;",
    )
  })
})

describe('ASSERT SCHEMA', () => {
  it('holds or fails by subject, by id, and by both', async () => {
    await registry.register('a-value', avro({ name: 'A', type: 'int' }))
    const id = await registry.register('b-value', avro({ name: 'B', type: 'int' }))
    await expect(
      test.execute(
        `ASSERT SCHEMA SUBJECT 'a-value'; ASSERT SCHEMA ID ${id}; ASSERT SCHEMA SUBJECT 'b-value' ID ${id}; ` +
          `ASSERT NOT EXISTS SCHEMA SUBJECT 'c-value'; ASSERT NOT EXISTS SCHEMA SUBJECT 'a-value' ID ${id};`,
      ),
    ).resolves.toMatchObject([
      { '@type': 'assert_schema', subject: 'a-value', id: null, exists: true },
      { subject: null, id },
      { subject: 'b-value', id },
      { subject: 'c-value', exists: false },
      { subject: 'a-value', id, exists: false },
    ])
    expect(await failureOf(`ASSERT SCHEMA SUBJECT 'a-value' ID ${id} TIMEOUT 1 MILLISECONDS;`)).toMatchObject({
      code: 'ASSERTION_FAILED',
      message: expect.stringContaining(`The schema with subject name a-value and id ${id} does not exist`),
    })
  })
})

describe('records', () => {
  const rowsOf = async (sql: string) => (await test.rows(sql)).rows

  it('that INSERT writes name the schema that is registered then', async () => {
    await test.execute(
      "CREATE TABLE t (k STRING PRIMARY KEY, v BIGINT) WITH (kafka_topic='t', format='AVRO', partitions=1);",
    )
    await registry.deleteSubject('t-value')
    await test.execute("INSERT INTO t VALUES ('a', 9007199254740993);")
    expect(await registry.versions('t-value')).toEqual([2])
    await test.execute('CREATE TABLE m AS SELECT * FROM t;')
    await test.settled()
    expect(await rowsOf('SELECT * FROM m;')).toEqual([['a', 9007199254740993n]])
  })

  it('that an insert stream writes name a schema, too', async () => {
    await test.execute("CREATE STREAM s (k STRING KEY, v INT) WITH (kafka_topic='s', format='AVRO', partitions=1);")
    const insert = await test.engine.openInserts('s')
    await Promise.all([insert('{"k":"a","v":1}'), insert('{"K":"b"}')])
    expect(await rowsOf('SELECT * FROM s;')).toEqual([
      ['a', 1],
      ['b', null],
    ])
    outage = DOWN
    await expect(test.engine.openInserts('s')).resolves.toBeDefined()
    await test.execute("CREATE STREAM j (v INT) WITH (kafka_topic='j', value_format='JSON', partitions=1);")
    await (await test.engine.openInserts('j'))('{"v":1}')
  })

  it('keep the schema of their keys: INSERT does not replace it', async () => {
    const key = '{"oneOf":[{"type":"null"},{"type":"integer","connect.type":"int32"}]}'
    const id = await registry.register('s-key', { type: 'JSON', text: key, references: [] })
    await test.execute(
      "CREATE STREAM s (k INT KEY, v INT) WITH (kafka_topic='s', key_format='JSON_SR', value_format='JSON', partitions=1); INSERT INTO s VALUES (1, 2);",
    )
    expect(await registry.version('s-key', 'latest')).toMatchObject({ id, version: 1 })
    expect(await rowsOf('SELECT * FROM s;')).toEqual([[1, 2]])
    await registry.register('t-key', { type: 'JSON', text: '{"type":"string"}', references: [] })
    await test.execute(
      "CREATE STREAM t (k INT KEY, v INT) WITH (kafka_topic='t', key_format='JSON_SR', value_format='JSON', partitions=1);",
    )
    expect((await failureOf('INSERT INTO t VALUES (1, 2);')).message).toContain(
      'The generated schema would overwrite the existing key schema.\n\tExisting Schema: {"type":"string"}',
    )
  })

  it('of an altered stream have the new column; columns of a schema id stay as they are', async () => {
    await test.execute(
      "CREATE STREAM s (a INT) WITH (kafka_topic='s', value_format='AVRO', partitions=1); INSERT INTO s VALUES (1); " +
        'ALTER STREAM s ADD COLUMN b INT; INSERT INTO s VALUES (2, 3);',
    )
    expect(await rowsOf('SELECT * FROM s;')).toEqual([
      [1, null],
      [2, 3],
    ])
    await test.execute("CREATE STREAM t WITH (kafka_topic='s', value_format='AVRO', value_schema_id=1);")
    expect((await failureOf('ALTER STREAM t ADD COLUMN b INT;')).message).toContain('are those of VALUE_SCHEMA_ID 1')
  })

  it('whose schema refers to another are read with both', async () => {
    const inner = avro({ name: 'x', type: 'int' })
    await registry.register('inner', inner)
    const outer: SchemaDefinition = {
      type: 'AVRO',
      text: JSON.stringify({ type: 'record', name: 'O', fields: [{ name: 'I', type: 'R' }] }),
      references: [{ name: 'R', subject: 'inner', version: 1 }],
    }
    const id = await registry.register('s-value', outer)
    await test.execute(
      "CREATE STREAM s WITH (kafka_topic='s', value_format='AVRO', partitions=1); CREATE STREAM o AS SELECT * FROM s;",
    )
    await send('s', Buffer.from([0, 0, 0, 0, id, 14]))
    await test.settled()
    expect(await rowsOf('SELECT i->x FROM o;')).toEqual([[7]])
  })

  it('of several schemas are read by the one that wrote each', async () => {
    await test.execute("CREATE STREAM s (a INT, b STRING) WITH (kafka_topic='s', value_format='AVRO', partitions=1);")
    await test.execute("INSERT INTO s VALUES (1, 'x');")
    await test.execute("CREATE STREAM s2 (b STRING) WITH (kafka_topic='s', value_format='AVRO');")
    await test.execute("INSERT INTO s2 VALUES ('y');")
    expect(await rowsOf('SELECT a, b FROM s;')).toEqual([
      [1, 'x'],
      [null, 'y'],
    ])
  })

  it('whose schema the registry does not know are bad records, others are read on', async () => {
    await test.execute("CREATE STREAM s (a INT) WITH (kafka_topic='s', value_format='AVRO', partitions=1);")
    await send('s', Buffer.from([0, 0, 0, 0, 99, 2, 2]))
    await send('s', Buffer.from([1, 2]))
    await test.execute('INSERT INTO s VALUES (7);')
    await test.execute('CREATE STREAM o AS SELECT * FROM s;')
    await test.settled()
    expect(await rowsOf('SELECT * FROM o;')).toEqual([[7]])
  })

  it('with equal keys of two schemas are joined, wherever their bytes have placed them', async () => {
    const keys = [1, 2, 3, 4, 5, 6, 7, 8]
    await test.execute(
      "CREATE TABLE t (k STRUCT<a INT> PRIMARY KEY, v INT) WITH (kafka_topic='t', format='AVRO', partitions=4); " +
        "CREATE STREAM s (k STRUCT<a INT> KEY, w INT) WITH (kafka_topic='s', format='AVRO', partitions=4); " +
        keys.map((key) => `INSERT INTO t VALUES (STRUCT(a:=${key}), ${key});`).join(' '),
    )
    await test.execute('CREATE STREAM o AS SELECT s.k AS k, w, v FROM s JOIN t ON s.k = t.k;')
    await test.settled()
    await test.execute(keys.map((key) => `INSERT INTO s VALUES (STRUCT(a:=${key}), ${10 * key});`).join(' '))
    await test.settled()
    const ids = await Promise.all(['s-key', 't-key'].map((subject) => registry.version(subject, 'latest')))
    expect(ids[0]!.id).not.toBe(ids[1]!.id)
    const rows = await rowsOf('SELECT w, v FROM o;')
    expect(rows.sort((a, b) => Number(a[0]) - Number(b[0]))).toEqual(keys.map((key) => [10 * key, key]))
  })

  it('of a table whose keys name a schema are found by a foreign key', async () => {
    const keys = [1, 2, 3, 4, 5, 6, 7, 8]
    await test.execute(
      "CREATE TABLE l (id INT PRIMARY KEY, fk INT) WITH (kafka_topic='l', format='AVRO', partitions=4); " +
        "CREATE TABLE r (k INT PRIMARY KEY, v STRING) WITH (kafka_topic='r', format='AVRO', partitions=4); " +
        'CREATE TABLE o AS SELECT id, v FROM l JOIN r ON l.fk = r.k; ' +
        keys
          .map((key) => `INSERT INTO r VALUES (${key}, 'v${key}'); INSERT INTO l VALUES (${100 + key}, ${key});`)
          .join(' '),
    )
    await test.settled()
    const rows = await rowsOf('SELECT id, v FROM o;')
    expect(rows.sort((a, b) => Number(a[0]) - Number(b[0]))).toEqual(keys.map((key) => [100 + key, `v${key}`]))
    expect(await rowsOf('SELECT v FROM o WHERE id = 103;')).toEqual([['v3']])
  })

  it('are shown by PRINT in their formats', async () => {
    await test.execute(
      "CREATE STREAM s (k STRUCT<a INT> KEY, b STRING, c DECIMAL(4,2)) WITH (kafka_topic='s', key_format='AVRO', value_format='PROTOBUF', partitions=1); " +
        "CREATE STREAM t (k INT KEY, b STRING) WITH (kafka_topic='t', key_format='JSON_SR', value_format='AVRO', wrap_single_value=false, partitions=1); " +
        "INSERT INTO s VALUES (STRUCT(a:=1), 'x', 1.5); INSERT INTO t VALUES (7, 'y');",
    )
    expect(await printed('s')).toEqual([
      'Key format: AVRO',
      'Value format: PROTOBUF',
      expect.stringMatching(/key: \{"A":1\}, value: \{"B":"x","C":1.50\}, partition: 0$/),
    ])
    expect(await printed('t')).toEqual([
      'Key format: JSON_SR',
      'Value format: AVRO',
      expect.stringMatching(/key: 7, value: "y", partition: 0$/),
    ])
  })

  it('of several messages in one schema are shown by PRINT as the messages that they are', async () => {
    const text = 'syntax = "proto3"; message A { int32 x = 1; } message B { string y = 1; }'
    const id = await registry.register('s-value', { type: 'PROTOBUF', text, references: [] })
    await test.execute("CREATE STREAM s (y STRING) WITH (kafka_topic='s', value_format='PROTOBUF_NOSR', partitions=1);")
    await send('s', Buffer.from([0, 0, 0, 0, id, 2, 2, 10, 1, 98]))
    expect((await printed('s')).slice(1)).toEqual([
      'Value format: PROTOBUF',
      expect.stringMatching(/value: \{"y":"b"\}, partition: 0$/),
    ])
  })

  it('whose schema cannot be fetched are shown by PRINT as bytes', async () => {
    await test.execute(
      "CREATE STREAM s (b INT) WITH (kafka_topic='s', value_format='AVRO', partitions=1); INSERT INTO s VALUES (1);",
    )
    outage = DOWN
    expect((await printed('s')).at(-1)).toContain('value: 0x0000000001')
  })

  async function printed(topic: string): Promise<string[]> {
    const stream = (await test.engine.openQuery({ sql: `PRINT '${topic}' FROM BEGINNING LIMIT 1;` })) as LineStream
    return (await collect(stream)).items as string[]
  }

  it('wait while the registry is out of reach, and the query says why; other topics are read on', async () => {
    await test.execute(
      "CREATE STREAM s (a INT) WITH (kafka_topic='s', value_format='AVRO', partitions=1); " +
        "CREATE STREAM j (a INT) WITH (kafka_topic='j', value_format='JSON', partitions=1); " +
        'INSERT INTO s VALUES (1); INSERT INTO s VALUES (2); INSERT INTO j VALUES (3); ' +
        "CREATE STREAM fromj AS SELECT * FROM j; CREATE STREAM o WITH (value_format='JSON') AS SELECT * FROM s;",
    )
    await test.settled()
    outage = DOWN
    await test.closeEngine()
    test = await test.withRegistry(fragile(registry))
    await test.execute(
      "CREATE STREAM late WITH (value_format='JSON') AS SELECT a + 1 AS b FROM s; INSERT INTO j VALUES (4);",
    )
    await until(async () => (await waiting()) !== null)
    expect(await waiting()).toBe(
      'Schema 1 of topic s cannot be fetched. The schema registry at http://registry cannot be reached: refused.',
    )
    await until(async () => (await rowsOf('SELECT * FROM fromj;')).length === 2)
    outage = null
    await until(async () => (await waiting()) === null)
    await test.settled()
    expect(await rowsOf('SELECT * FROM late;')).toEqual([[2], [3]])
  })

  async function send(topic: string, value: Buffer): Promise<void> {
    const producer = test.broker.producer()
    const builder = new RecordBatchBuilder()
    builder.append(1000, null, value, null)
    await producer.send(topic, 0, builder.finish())
    await producer.close()
  }

  async function waiting(): Promise<string | null> {
    const [explained] = await test.execute('SHOW QUERIES EXTENDED;')
    const descriptions = (explained as { queryDescriptions?: { queryErrors: { errorMessage: string }[] }[] })
      .queryDescriptions!
    return descriptions.flatMap(({ queryErrors }) => queryErrors)[0]?.errorMessage ?? null
  }
})

describe('without a registry', () => {
  it.each([
    "CREATE STREAM s (v INT) WITH (kafka_topic='s', value_format='AVRO', partitions=1);",
    "CREATE STREAM s WITH (kafka_topic='s', value_format='JSON_SR', partitions=1);",
    "CREATE STREAM j (v INT) WITH (kafka_topic='j', value_format='JSON', partitions=1); CREATE STREAM o WITH (value_format='PROTOBUF') AS SELECT * FROM j;",
    "ASSERT SCHEMA SUBJECT 's-value';",
  ])('there is an error of its own: %s', async (sql) => {
    await test.closeEngine()
    test = await test.another()
    expect(await failureOf(sql)).toMatchObject({
      code: 'SCHEMA_REGISTRY_MISSING',
      message: expect.stringContaining("'ksql.schema.registry.url'"),
    })
  })

  it('formats that need none work', async () => {
    await test.closeEngine()
    test = await test.another()
    await test.execute(
      "CREATE STREAM s (v INT) WITH (kafka_topic='s', value_format='PROTOBUF_NOSR', partitions=1); INSERT INTO s VALUES (7); DROP STREAM s DELETE TOPIC;",
    )
  })
})
