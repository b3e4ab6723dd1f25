/** The table of configuration: names, defaults, kinds, and who may change them. Source: cli-and-operations.md 2.3. */

export type SettingKind = 'text' | 'boolean' | 'number'

export interface Setting {
  readonly kind: SettingKind
  /** Null: none. */
  readonly default: string | null
  /** Whether a request may override it (SET). */
  readonly editable: boolean
}

const text = (value: string | null): Setting => ({ kind: 'text', default: value, editable: true })
const flag = (value: boolean | null): Setting => ({
  kind: 'boolean',
  default: value === null ? null : String(value),
  editable: true,
})
const number = (value: number | null): Setting => ({
  kind: 'number',
  default: value === null ? null : String(value),
  editable: true,
})
/** Belongs to the server as a whole. */
const fixed = (setting: Setting): Setting => ({ ...setting, editable: false })

const UNLIMITED = 2_147_483_647

/** Settings named `ksql.*`, and the server's own without a prefix. */
export const SERVER_SETTINGS: Readonly<Record<string, Setting>> = {
  'bootstrap.servers': fixed(text(null)),
  listeners: fixed(text('http://localhost:8088')),
  'ksql.service.id': fixed(text('default_')),
  'ksql.internal.listener': fixed(text(null)),
  'ksql.advertised.listener': fixed(text(null)),
  'ksql.schema.registry.url': fixed(text('')),
  'ksql.connect.url': fixed(text('http://localhost:8083')),
  'ksql.queries.file': fixed(text(null)),
  'ksql.extension.dir': fixed(text('ext')),
  'ksql.output.topic.name.prefix': text(''),
  'ksql.persistence.default.format.key': text('KAFKA'),
  'ksql.persistence.default.format.value': text(null),
  'ksql.persistence.wrap.single.values': flag(null),
  'ksql.internal.topic.replicas': fixed(number(1)),
  'ksql.internal.topic.min.insync.replicas': fixed(number(1)),
  'ksql.create.topic.inherit.source.replicas.enabled': flag(true),
  'ksql.hidden.topics': fixed(
    text(
      '_confluent.*,__confluent.*,_schemas,__consumer_offsets,__transaction_state,connect-configs,connect-offsets,connect-status,connect-statuses',
    ),
  ),
  'ksql.readonly.topics': fixed(
    text(
      '_confluent.*,__confluent.*,_schemas,__consumer_offsets,__transaction_state,connect-configs,connect-offsets,connect-status,connect-statuses',
    ),
  ),
  'ksql.insert.into.values.enabled': fixed(flag(true)),
  'ksql.create.or.replace.enabled': flag(true),
  'ksql.lambdas.enabled': flag(true),
  'ksql.headers.columns.enabled': flag(true),
  'ksql.suppress.enabled': flag(true),
  'ksql.suppress.buffer.size.bytes': number(-1),
  'ksql.variable.substitution.enable': flag(true),
  'ksql.source.table.materialization.enabled': flag(true),
  'ksql.cast.strings.preserve.nulls': flag(true),
  'ksql.nested.error.set.null': flag(true),
  'ksql.timestamp.throw.on.invalid': flag(false),
  'ksql.fail.on.deserialization.error': flag(false),
  'ksql.fail.on.production.error': flag(true),
  'ksql.new.query.planner.enabled': flag(false),
  'ksql.properties.overrides.denylist': fixed(text('')),
  'ksql.properties.overrides.allowlist': fixed(text('')),
  'ksql.properties.overrides.validation.mode': fixed(text('denylist')),
  'ksql.query.persistent.active.limit': fixed(number(UNLIMITED)),
  'ksql.query.error.max.queue.size': number(10),
  'ksql.query.retry.backoff.initial.ms': number(15_000),
  'ksql.query.retry.backoff.max.ms': number(900_000),
  'ksql.query.status.running.threshold.seconds': number(300),
  'ksql.error.classifier.regex': text(''),
  'ksql.assert.topic.default.timeout.ms': number(1000),
  'ksql.metastore.backup.location': fixed(text('')),
  'ksql.runtime.feature.shared.enabled': fixed(flag(false)),
  'ksql.access.validator.enable': fixed(text('auto')),
  'ksql.pull.queries.enable': flag(true),
  'ksql.query.pull.table.scan.enabled': flag(true),
  'ksql.query.pull.stream.enabled': flag(true),
  'ksql.query.pull.range.scan.enabled': flag(true),
  'ksql.query.pull.interpreter.enabled': flag(true),
  'ksql.query.pull.limit.clause.enabled': flag(true),
  'ksql.query.pull.max.concurrent.requests': fixed(number(UNLIMITED)),
  'ksql.query.push.v2.enabled': flag(false),
  'ksql.query.push.v2.registry.installed': fixed(flag(false)),
  'ksql.max.push.queries': fixed(number(100)),
  'ksql.server.command.response.timeout.ms': fixed(number(5000)),
  'ksql.server.command.blocked.threshold.error.ms': fixed(number(15_000)),
  'ksql.healthcheck.interval.ms': fixed(number(5000)),
  'ksql.idle.connection.timeout.seconds': fixed(number(86_400)),
  'ksql.heartbeat.enable': fixed(flag(false)),
  'ksql.logging.processing.topic.auto.create': fixed(flag(true)),
  'ksql.logging.processing.topic.name': fixed(text(null)),
  'ksql.logging.processing.topic.partitions': fixed(number(1)),
  'ksql.logging.processing.topic.replication.factor': fixed(number(1)),
  'ksql.logging.processing.stream.auto.create': fixed(flag(true)),
  'ksql.logging.processing.stream.name': fixed(text('KSQL_PROCESSING_LOG')),
  'ksql.logging.processing.rows.include': fixed(flag(false)),
}

/** Settings of the dataflow and of Kafka's clients; also accepted with the prefix `ksql.streams.`. */
export const STREAMS_SETTINGS: Readonly<Record<string, Setting>> = {
  'auto.offset.reset': text('latest'),
  'processing.guarantee': text('at_least_once'),
  'commit.interval.ms': number(2000),
  'cache.max.bytes.buffering': number(10_000_000),
  'statestore.cache.max.bytes': number(null),
  'num.stream.threads': number(null),
  'num.standby.replicas': number(0),
  'replication.factor': number(null),
  'max.task.idle.ms': number(0),
  'task.timeout.ms': number(300_000),
  'buffered.records.per.partition': number(1000),
  'state.dir': fixed(text(null)),
  'producer.compression.type': text(null),
  'compression.type': text(null),
  'max.poll.records': number(null),
  'fetch.min.bytes': number(null),
  'fetch.max.wait.ms': number(null),
  'isolation.level': text(null),
  'linger.ms': number(null),
  'batch.size': number(null),
  acks: text(null),
  'max.request.size': number(null),
  'request.timeout.ms': number(null),
  'session.timeout.ms': number(null),
  'security.protocol': fixed(text(null)),
  'sasl.mechanism': fixed(text(null)),
  'sasl.jaas.config': fixed(text(null)),
  'client.id': fixed(text(null)),
}

/** Names of which only the start is fixed. */
export const OPEN_PREFIXES: readonly string[] = [
  'ksql.functions.',
  'ksql.streams.',
  'consumer.',
  'producer.',
  'admin.',
  'main.consumer.',
  'restore.consumer.',
]

/** Passed on to the part of the server that they name; not for requests. */
export const SERVER_PREFIXES: readonly string[] = [
  'ssl.',
  'sasl.',
  'authentication.',
  'access.control.',
  'ksql.server.',
]
