import {
  always,
  type ForeignClass,
  idle,
  noted,
  oneOf,
  type Rule,
  refused,
  SINK_RULES,
  TRIES_DO_NOT_END,
  to,
  topicPlace,
} from './rules.ts'

/** `jdbc:postgresql://host:5432/database`; what is behind a question mark sets the driver. */
const address: Rule = (value) => {
  const match = /^jdbc:(postgresql:\/\/[^?]+)(\?.+)?$/.exec(value)
  if (match === null)
    return { refused: 'only addresses of PostgreSQL, jdbc:postgresql://host:5432/database, have an equivalent' }
  if (match[2] !== undefined) return { refused: `'${match[2].slice(1)}' is for the driver of Java` }
  return { options: { url: match[1]! } }
}

const KEY_MODES = oneOf({
  none: {},
  record_key: {},
  record_value: {},
})
const insertMode = oneOf({ insert: { 'insert.mode': 'append' }, upsert: { 'insert.mode': 'upsert' } })
const deletes = oneOf({
  true: { options: {}, needs: 'TABLE' },
  false: { options: {}, needs: 'STREAM' },
})
/** Fields are called as the columns are. */
const EXACT_NAMES = { options: { 'column.names': 'exact' } }

/** Source: Confluent documentation, "JDBC Sink Connector: configuration properties". */
export const confluentJdbc: ForeignClass = {
  className: 'io.confluent.connect.jdbc.JdbcSinkConnector',
  kind: 'SINK',
  connector: 'postgres',
  rules: {
    ...SINK_RULES,
    'connection.url': address,
    'connection.user': to('username'),
    'connection.password': to('password'),
    'insert.mode': insertMode,
    'pk.mode': KEY_MODES,
    'pk.fields': to('pk.columns'),
    'table.name.format': to('table', topicPlace),
    'auto.create': to('auto.create'),
    'auto.evolve': always('false'),
    'delete.enabled': deletes,
    'batch.size': to('batch.size'),
    'max.retries': TRIES_DO_NOT_END,
    'retry.backoff.ms': to('retry.backoff.ms'),
    'quote.sql.identifiers': always('always'),
    'dialect.name': always('PostgreSqlDatabaseDialect'),
    'db.timezone': always('UTC'),
    'table.types': always('TABLE'),
    'connection.attempts': idle,
    'connection.backoff.ms': idle,
  },
  absent: {
    'insert.mode': { options: { 'insert.mode': 'append' } },
    'auto.create': { options: { 'auto.create': 'false' } },
    'column.names': EXACT_NAMES,
  },
}

/** Source: Debezium documentation, "Debezium connector for JDBC: configuration". */
export const debeziumJdbc: ForeignClass = {
  className: 'io.debezium.connector.jdbc.JdbcSinkConnector',
  kind: 'SINK',
  connector: 'postgres',
  rules: {
    ...SINK_RULES,
    'connection.url': address,
    'connection.username': to('username'),
    'connection.password': to('password'),
    'connection.provider': idle,
    'connection.pool.min_size': idle,
    'connection.pool.max_size': idle,
    'connection.pool.acquire_increment': idle,
    'connection.pool.timeout': idle,
    'insert.mode': insertMode,
    'primary.key.mode': KEY_MODES,
    'primary.key.fields': to('pk.columns'),
    'delete.enabled': deletes,
    'schema.evolution': oneOf({
      none: { 'auto.create': 'false' },
      basic: { refused: 'a table is made if it is missing (auto.create), and its columns are not changed later' },
    }),
    'table.name.format': to('table', topicPlace),
    'collection.name.format': to('table', topicPlace),
    'quote.identifiers': noted('identifiers are always quoted'),
    'batch.size': to('batch.size'),
    'use.time.zone': always('UTC'),
    'database.time_zone': always('UTC'),
    'truncate.enabled': always('false'),
    'field.include.list': refused('all columns of the stream or table are written; select fewer in a query'),
  },
  absent: {
    'insert.mode': { options: { 'insert.mode': 'append' } },
    'schema.evolution': { options: { 'auto.create': 'false' } },
    'column.names': EXACT_NAMES,
  },
}
