// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references of options and names of tables are written like this
import { describe, expect, test } from 'vitest'
import { optionsOf } from '../../../src/connectors/common-options.ts'
import { CONNECTORS } from '../../../src/connectors/index.ts'
import { FOREIGN_CLASSES } from '../../../src/engine/foreign/index.ts'
import { foreignClass, translate } from '../../../src/engine/foreign/translate.ts'
import { ConnectorWorld } from '../../support/connectors/connector-world.ts'

const translated = (className: string, kind: 'SOURCE' | 'SINK', settings: Readonly<Record<string, string>>) =>
  translate(foreignClass(className, kind)!, new Map(Object.entries(settings)))

describe('a class of Kafka Connect', () => {
  test.each(FOREIGN_CLASSES.map((foreign) => [foreign.className, foreign] as const))(
    '%s has an equivalent with the options that its settings become',
    (_, { kind, connector, absent = {} }) => {
      const declaration = CONNECTORS.find((candidate) => candidate.kind === kind && candidate.name === connector)!
      const names = ['topics', ...optionsOf(declaration).map(({ name }) => name)]
      const given = Object.values(absent).flatMap((outcome) =>
        'options' in outcome ? Object.keys(outcome.options) : [],
      )
      expect(names).toEqual(expect.arrayContaining(given))
    },
  )

  test.each<[string, 'SOURCE' | 'SINK', Record<string, string>, Record<string, string>]>([
    [
      'io.confluent.connect.elasticsearch.ElasticsearchSinkConnector',
      'SINK',
      {
        topics: 't',
        'tasks.max': '4',
        'connection.url': 'http://h:9200',
        'key.ignore': 'true',
        'behavior.on.malformed.documents': 'WARN',
        'value.converter': 'io.confluent.connect.avro.AvroConverter',
        'value.converter.schema.registry.url': 'http://r',
      },
      { topics: 't', url: 'http://h:9200', 'errors.tolerance': 'all' },
    ],
    [
      'com.splunk.kafka.connect.SplunkSinkConnector',
      'SINK',
      {
        'splunk.hec.uri': 'https://a:8088,https://b:8088',
        'splunk.hec.token': '${env:T}',
        'splunk.indexes': 'main',
        'splunk.hec.raw': 'false',
        'splunk.hec.event.timeout': '60',
      },
      {
        url: 'https://a:8088,https://b:8088',
        token: '${env:T}',
        index: 'main',
        endpoint: 'event',
        'ack.timeout.ms': '60000',
      },
    ],
    [
      'io.confluent.connect.jdbc.JdbcSinkConnector',
      'SINK',
      {
        'connection.url': 'jdbc:postgresql://h:5433/db',
        'insert.mode': 'upsert',
        'pk.mode': 'record_value',
        'pk.fields': 'id',
        'table.name.format': 'logs.${topic}',
      },
      {
        url: 'postgresql://h:5433/db',
        'insert.mode': 'upsert',
        'pk.columns': 'id',
        table: 'logs.%{topic}',
        'auto.create': 'false',
        'column.names': 'exact',
      },
    ],
    [
      'io.debezium.connector.jdbc.JdbcSinkConnector',
      'SINK',
      { 'connection.url': 'jdbc:postgresql://h/db', 'schema.evolution': 'none', 'collection.name.format': '${topic}' },
      {
        url: 'postgresql://h/db',
        'insert.mode': 'append',
        table: '%{topic}',
        'auto.create': 'false',
        'column.names': 'exact',
      },
    ],
    [
      'io.debezium.connector.postgresql.PostgresConnector',
      'SOURCE',
      {
        'database.hostname': 'h',
        'database.port': '5433',
        'database.dbname': 'db',
        'database.user': 'u',
        'topic.prefix': 'p',
        'table.include.list': 'public\\.users',
        'plugin.name': 'pgoutput',
        'snapshot.mode': 'no_data',
        'time.precision.mode': 'adaptive_time_microseconds',
        'database.sslmode': 'verify-ca',
        'database.sslrootcert': 'ca.pem',
      },
      {
        url: 'postgres://h:5433/db',
        username: 'u',
        table: 'public.users',
        topic: 'p.public.users',
        'snapshot.mode': 'never',
        'time.precision.mode': 'adaptive_time_microseconds',
        'decimal.handling.mode': 'precise',
        ssl: 'true',
        'ssl.endpoint.identification.algorithm': '',
        'ssl.ca.location': 'ca.pem',
      },
    ],
    [
      'io.confluent.connect.s3.S3SinkConnector',
      'SINK',
      {
        's3.bucket.name': 'b',
        's3.region': 'eu-west-1',
        'flush.size': '1000',
        'format.class': 'io.confluent.connect.s3.format.parquet.ParquetFormat',
        'parquet.codec': 'snappy',
      },
      {
        bucket: 'b',
        url: 'https://s3.eu-west-1.amazonaws.com',
        region: 'eu-west-1',
        'roll.records': '1000',
        format: 'parquet',
        compression: 'snappy',
        prefix: 'topics/%{topic}/',
      },
    ],
    [
      'io.confluent.connect.http.HttpSinkConnector',
      'SINK',
      { 'http.api.url': 'http://h/x', 'batch.max.size': '50', headers: 'A:b;C:d', 'header.separator': ';' },
      { url: 'http://h/x', 'request.records': 'array', 'batch.size': '50', headers: 'A:b|C:d' },
    ],
    [
      'org.apache.kafka.connect.file.FileStreamSourceConnector',
      'SOURCE',
      { file: 'a.log', topic: 't' },
      { path: 'a.log', topic: 't' },
    ],
  ])('%s is translated', (className, kind, settings, options) => {
    const translation = translated(className, kind, settings)
    expect(translation.refused).toEqual([])
    expect(translation.options).toEqual(options)
  })

  test.each<[string, 'SOURCE' | 'SINK', Record<string, string>, string[]]>([
    [
      'io.confluent.connect.elasticsearch.ElasticsearchSinkConnector',
      'SINK',
      { 'write.method': 'upsert', transforms: 'x', 'elastic.security.protocol': 'SSL' },
      ['write.method', 'transforms', 'elastic.security.protocol'],
    ],
    [
      'io.confluent.connect.jdbc.JdbcSinkConnector',
      'SINK',
      { 'connection.url': 'jdbc:mysql://h/db' },
      ['connection.url'],
    ],
    [
      'io.debezium.connector.postgresql.PostgresConnector',
      'SOURCE',
      { 'table.include.list': 'public.a,public.b', 'snapshot.mode': 'when_needed', 'value.converter': 'x' },
      ['table.include.list', 'snapshot.mode', 'value.converter'],
    ],
    ['com.splunk.kafka.connect.SplunkSinkConnector', 'SINK', { 'splunk.indexes': 'a,b' }, ['splunk.indexes']],
    ['org.apache.kafka.connect.file.FileStreamSinkConnector', 'SINK', { file: 'x' }, ['file']],
    ['io.confluent.connect.s3.S3SinkConnector', 'SINK', { constructor: 'x' }, ['constructor']],
  ])('%s is refused with each setting that cannot be honoured', (className, kind, settings, names) => {
    expect(translated(className, kind, settings).refused.map(({ name }) => name)).toEqual(names)
  })
})

describe('CREATE SINK CONNECTOR with a class of Kafka Connect', () => {
  const className = 'io.confluent.connect.elasticsearch.ElasticsearchSinkConnector'
  const create = (more = '') =>
    `CREATE SINK CONNECTOR f WITH ("connector.class"='${className}', 'topics'='s', "tasks.max"='1', 'connection.url'='http://127.0.0.1:9'${more});`

  test('makes the built-in connector, and says so', async () => {
    const world = await ConnectorWorld.open()
    try {
      await world.createStream()
      const [answer] = await world.run(create(`, 'key.ignore'='true', 'max.retries'='5'`))
      expect(answer).toMatchObject({
        commandStatus: { status: 'SUCCESS', message: 'Sink F created' },
        warnings: [
          { message: `${className} runs here as the built-in sink elasticsearch.` },
          { message: 'max.retries: tries do not end here, so that nothing is lost while the target is away.' },
        ],
      })
      expect(await world.describe('f')).toMatchObject({
        connectorClass: 'millrace.elasticsearch',
        builtIn: {
          options: { url: 'http://127.0.0.1:9' },
          statement: `CREATE SINK CONNECTOR F WITH ('connector.class'='millrace.elasticsearch', 'topics'='s', 'url'='http://127.0.0.1:9');`,
        },
      })
    } finally {
      await world.close()
    }
  })

  test('is refused with what cannot be honoured, and shows no password', async () => {
    const world = await ConnectorWorld.open()
    try {
      await world.createStream()
      const failure = (sql: string) =>
        world.run(sql).then(
          () => 'none',
          (error: { message: string; statementText: string }) => `${error.message} ${error.statementText}`,
        )
      expect(await failure(create(`, 'write.method'='upsert', 'transforms'='x'`))).toMatch(
        /cannot honour these settings:\n- write\.method: 'upsert' has no equivalent; insert can be honoured\n- transforms: it has no equivalent\n/,
      )
      expect(await failure(create())).toContain('key.ignore can be honoured for a table only, and S is a stream.')
      const withPassword = await failure(create(`, 'key.ignore'='true', 'connection.password'='hunter2'`))
      expect(withPassword).toContain("The option 'password' is a secret")
      expect(withPassword).not.toContain('hunter2')
      expect(await failure(create(`, 'elastic.https.ssl.keystore.password'='hunter2'`))).not.toContain('hunter2')
    } finally {
      await world.close()
    }
  })
})
