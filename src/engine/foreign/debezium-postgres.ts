import { always, type ForeignClass, idle, oneOf, type Rule, type Settings, SOURCE_RULES, to } from './rules.ts'

/** The address is made of several settings; the host carries it. */
const address: Rule = (host, all) => {
  const [port, database] = [all.get('database.port') ?? '5432', all.get('database.dbname') ?? 'postgres']
  return { options: { url: `postgres://${host}:${port}/${encodeURIComponent(database)}` } }
}

const topicOf = (table: string, all: Settings): string => `${all.get('topic.prefix') ?? ''}.${table}`

/** A list of regular expressions, of which one name of a table is taken. */
const table: Rule = (value, all) => {
  const name = value.trim().replaceAll('\\.', '.')
  if (!/^\w+\.\w+$/.test(name)) return { refused: 'a source reads one table, schema.table: create one for each' }
  return { options: { table: name, topic: topicOf(name, all) } }
}

const PRECISE = {
  options: { 'decimal.handling.mode': 'precise' },
  note: 'numbers have all their digits, and are not in Base64',
}
const TRUNCATED = 'TRUNCATE is an event, too'

/** Source: Debezium documentation, "Debezium connector for PostgreSQL: connector properties". */
export const debeziumPostgres: ForeignClass = {
  className: 'io.debezium.connector.postgresql.PostgresConnector',
  kind: 'SOURCE',
  connector: 'postgres',
  rules: {
    ...SOURCE_RULES,
    'database.hostname': address,
    'database.port': idle,
    'database.dbname': idle,
    'database.user': to('username'),
    'database.password': to('password'),
    'database.sslmode': oneOf({
      disable: { ssl: 'false' },
      require: { refused: 'an encrypted connection verifies the certificate of the server: verify-ca or verify-full' },
      'verify-ca': { ssl: 'true', 'ssl.endpoint.identification.algorithm': '' },
      'verify-full': { ssl: 'true' },
    }),
    'database.sslrootcert': to('ssl.ca.location'),
    'database.sslcert': to('ssl.certificate.location'),
    'database.sslkey': (value) => ({ options: { 'ssl.key.location': value }, note: 'the key is read as PEM' }),
    'database.sslpassword': to('ssl.key.password'),
    'database.tcpKeepAlive': idle,
    'topic.prefix': idle,
    'table.include.list': table,
    'plugin.name': always('pgoutput'),
    'slot.name': (value) => ({
      options: { 'slot.name': value },
      note: 'a slot that exists needs snapshot.mode=never, and stays when the connector is dropped',
    }),
    'slot.drop.on.stop': always('false'),
    'publication.name': to('publication.name'),
    'publication.autocreate.mode': always('filtered'),
    'snapshot.mode': oneOf({
      initial: { 'snapshot.mode': 'initial' },
      no_data: { 'snapshot.mode': 'never' },
      never: { 'snapshot.mode': 'never' },
    }),
    'tombstones.on.delete': to('tombstones.on.delete'),
    'decimal.handling.mode': oneOf({
      string: { 'decimal.handling.mode': 'string' },
      precise: PRECISE,
    }),
    'time.precision.mode': oneOf({
      adaptive: { 'time.precision.mode': 'adaptive' },
      adaptive_time_microseconds: { 'time.precision.mode': 'adaptive_time_microseconds' },
      connect: { 'time.precision.mode': 'connect' },
    }),
    'binary.handling.mode': always('bytes', 'base64'),
    'interval.handling.mode': always('string'),
    'unavailable.value.placeholder': to('unavailable.value.placeholder'),
    'heartbeat.interval.ms': (value) => ({
      options: value === '0' ? {} : { 'heartbeat.interval.ms': value },
      note: 'heartbeats only confirm the position to PostgreSQL; no heartbeat records are written',
    }),
    'status.update.interval.ms': idle,
    'max.batch.size': idle,
    'max.queue.size': idle,
    'poll.interval.ms': idle,
    'key.converter': always('org.apache.kafka.connect.json.JsonConverter'),
    'value.converter': always('org.apache.kafka.connect.json.JsonConverter'),
    'key.converter.schemas.enable': always('false'),
    'value.converter.schemas.enable': always('false'),
    'skipped.operations': oneOf({ none: {}, t: { options: {}, note: TRUNCATED } }),
  },
  absent: {
    'decimal.handling.mode': PRECISE,
    'interval.handling.mode': { options: {}, note: 'intervals are texts in ISO 8601' },
    'skipped.operations': { options: {}, note: TRUNCATED },
  },
}
