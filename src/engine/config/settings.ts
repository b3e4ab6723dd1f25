/**
 * The table of configuration: names, defaults, kinds, meanings, and who may change them. docs/configuration.md is generated from it.
 */

export type SettingKind = 'text' | 'boolean' | 'number'

/** One setting as the documentation and SHOW PROPERTIES describe it. */
export interface Setting {
  readonly kind: SettingKind
  /** Null: the setting has no default. */
  readonly default: string | null
  /** One sentence; for an inert setting, what holds instead. */
  readonly description: string
  /** Whether a request may override it (SET). */
  readonly editable: boolean
  /** Whether it has no effect and is accepted only so that ksqlDB's configuration files and sessions carry over. */
  readonly isInert: boolean
}

const setting = (kind: SettingKind, value: string | number | boolean | null, description: string): Setting => ({
  kind,
  default: value === null ? null : String(value),
  description,
  editable: true,
  isInert: false,
})
const text = (value: string | null, description: string) => setting('text', value, description)
const flag = (value: boolean | null, description: string) => setting('boolean', value, description)
const number = (value: number | null, description: string) => setting('number', value, description)
/** Marks a setting of the server as a whole, which requests cannot override. */
const fixed = (declared: Setting): Setting => ({ ...declared, editable: false })
const inert = (declared: Setting): Setting => ({ ...declared, isInert: true })

const UNLIMITED = 2_147_483_647
const INTERNAL_TOPICS =
  '_confluent.*,__confluent.*,_schemas,__consumer_offsets,__transaction_state,connect-configs,connect-offsets,connect-status,connect-statuses'

/** Settings named `ksql.*`, and the server's own without a prefix. */
export const SERVER_SETTINGS: Readonly<Record<string, Setting>> = {
  'bootstrap.servers': fixed(
    text(null, 'Brokers of the Kafka cluster, host:port with commas; none: the embedded log.'),
  ),
  listeners: fixed(text('http://localhost:8088', 'Addresses to listen on, http:// or https://, with commas.')),
  'ksql.service.id': fixed(
    text('default_', 'Name of the cluster of servers; its internal topics and consumer groups have it in their names.'),
  ),
  'ksql.advertised.listener': fixed(
    text(
      null,
      'Address of this server that descriptions of queries show, and where others of its cluster reach it; none: ksql.internal.listener.',
    ),
  ),
  'ksql.internal.listener': fixed(
    text(null, 'The same, where ksql.advertised.listener is not set; none: the first listener.'),
  ),
  'ksql.output.topic.name.prefix': text('', 'Prefix of the topics that CREATE ... AS SELECT makes.'),
  'ksql.persistence.default.format.key': text('KAFKA', 'Key format where a statement names none.'),
  'ksql.persistence.default.format.value': text(null, 'Value format where a statement names none.'),
  'ksql.persistence.wrap.single.values': flag(
    null,
    'Whether a single value column is written as a record with one field; without a value the format decides.',
  ),
  'ksql.internal.topic.replicas': fixed(number(1, 'Replicas of internal topics, the command log among them.')),
  'ksql.create.topic.inherit.source.replicas.enabled': flag(
    true,
    'Whether the topic of a CREATE ... AS SELECT has as many replicas as its leftmost source.',
  ),
  'ksql.hidden.topics': fixed(text(INTERNAL_TOPICS, 'Patterns of topics that SHOW TOPICS leaves out without ALL.')),
  'ksql.readonly.topics': fixed(text(INTERNAL_TOPICS, 'Patterns of topics that INSERT VALUES refuses.')),
  'ksql.insert.into.values.enabled': fixed(flag(true, 'Whether INSERT VALUES is allowed.')),
  'ksql.create.or.replace.enabled': flag(true, 'Whether CREATE OR REPLACE is allowed.'),
  'ksql.lambdas.enabled': flag(true, 'Whether lambda functions are allowed.'),
  'ksql.variable.substitution.enable': flag(true, 'Whether variables are replaced by their values in statements.'),
  'ksql.source.table.materialization.enabled': flag(
    true,
    'Whether a CREATE SOURCE TABLE keeps its rows for pull queries.',
  ),
  'ksql.cast.strings.preserve.nulls': flag(true, "Whether NULL cast to STRING stays NULL; false: the text 'null'."),
  'ksql.nested.error.set.null': flag(
    true,
    'Whether an error inside an argument, element or field makes only that part NULL.',
  ),
  'ksql.timestamp.throw.on.invalid': flag(
    false,
    'Whether a record whose TIMESTAMP column cannot be read stops the query instead of being dropped.',
  ),
  'ksql.fail.on.deserialization.error': flag(
    false,
    'Whether a record that cannot be read stops the query where its source has no ON_ERROR; else it is logged and passed over.',
  ),
  'ksql.fail.on.production.error': flag(
    true,
    'Whether a record that is larger than its topic takes stops the query; else it is logged and passed over.',
  ),
  'ksql.properties.overrides.denylist': fixed(text('', 'Names that requests may not set, with commas.')),
  'ksql.properties.overrides.allowlist': fixed(text('', 'The only names that requests may set, in mode allowlist.')),
  'ksql.properties.overrides.validation.mode': fixed(
    text('denylist', 'Which of both lists counts: denylist or allowlist.'),
  ),
  'ksql.query.persistent.active.limit': fixed(number(UNLIMITED, 'Persistent queries that may exist at a time.')),
  'ksql.query.error.max.queue.size': number(10, 'Failures that are remembered of each query.'),
  'ksql.query.retry.backoff.initial.ms': number(
    15_000,
    'Pause before a failed query starts again; it doubles each time.',
  ),
  'ksql.query.retry.backoff.max.ms': number(900_000, 'Longest pause before a failed query starts again.'),
  'ksql.assert.topic.default.timeout.ms': number(1000, 'How long ASSERT TOPIC waits where it has no TIMEOUT.'),
  'ksql.pull.queries.enable': flag(true, 'Whether pull queries are allowed.'),
  'ksql.query.pull.table.scan.enabled': flag(
    true,
    'Whether pull queries may read a whole table; false: WHERE must name keys.',
  ),
  'ksql.query.pull.stream.enabled': flag(true, 'Whether pull queries may read streams.'),
  'ksql.query.pull.range.scan.enabled': flag(true, 'Whether bounds on a key are looked up as a range.'),
  'ksql.query.pull.forwarding.timeout.ms': fixed(
    number(20_000, 'How long a pull query waits for servers of the cluster that have a part of its rows.'),
  ),
  'ksql.query.push.v2.enabled': flag(
    false,
    'Whether push queries that ksqlDB would run as scalable ones carry the ids of these; they run the same.',
  ),
  'ksql.max.push.queries': fixed(number(100, 'Push queries that may run at a time.')),
  'ksql.query.push.max.buffered.rows': fixed(
    number(50_000, 'Rows that one subscriber of a push query may be behind another before it is ended.'),
  ),
  'ksql.server.command.response.timeout.ms': fixed(
    number(5000, 'How long a request waits for commands to be carried out.'),
  ),
  'ksql.server.max.request.bytes': fixed(
    number(1_048_576, 'Largest body of a request, and largest line of /inserts-stream.'),
  ),
  'ksql.websocket.connection.max.timeout.ms': fixed(number(3_600_000, 'Age at which a websocket is closed.')),
  'ksql.healthcheck.interval.ms': fixed(
    number(5000, 'How long an answer of /healthcheck stands before the next check.'),
  ),
  'ksql.idle.connection.timeout.seconds': fixed(number(86_400, 'How long a connection without traffic stays open.')),
  'access.control.allow.origin': fixed(
    text(null, "Origins of browsers' pages that may use the server, * for any characters; none: its own."),
  ),
  'access.control.allow.methods': fixed(text('GET,POST,HEAD', 'Methods that such pages may use.')),
  'access.control.allow.headers': fixed(
    text('X-Requested-With,Content-Type,Accept,Origin', 'Headers that such pages may send.'),
  ),
  'authentication.method': fixed(text('NONE', 'NONE, or BASIC: a user and a password are asked for.')),
  'authentication.users.location': fixed(text(null, 'File with a line "user: password" for each user.')),
  'authentication.realm': fixed(text('Millrace', 'Realm that clients are told when they are asked for a user.')),
  'authentication.skip.paths': fixed(text('', 'Paths that need no user, with commas, * for any characters.')),
  'ssl.key.location': fixed(text(null, 'PEM file with the private key, for https listeners and for Kafka.')),
  'ssl.certificate.location': fixed(text(null, 'PEM file with the certificate, for https listeners and for Kafka.')),
  'ssl.key.password': fixed(text(null, 'Passphrase of the private key.')),
  'ssl.ca.location': fixed(text(null, 'PEM file with the authorities of certificates, of clients and of brokers.')),
  'ssl.truststore.location': fixed(text(null, 'As ssl.ca.location and before it, for brokers alone; PEM, not JKS.')),
  'ssl.client.authentication': fixed(text('NONE', 'Whether clients show a certificate: NONE, REQUESTED or REQUIRED.')),
  'millrace.worker.timeout.ms': fixed(
    number(
      30_000,
      'How long a worker thread may be busy with one piece of work before it is ended and replaced; 0: for ever.',
    ),
  ),
  'millrace.state.cache.bytes': fixed(
    number(16_777_216, "Memory of each worker thread's caches in front of the state on disk."),
  ),
  'ksql.logging.processing.topic.auto.create': fixed(
    flag(true, 'Whether there is a processing log, in a topic made at start.'),
  ),
  'ksql.logging.processing.topic.name': fixed(
    text(null, 'Topic of the processing log; none: the service id followed by ksql_processing_log.'),
  ),
  'ksql.logging.processing.topic.partitions': fixed(number(1, 'Partitions of that topic.')),
  'ksql.logging.processing.topic.replication.factor': fixed(number(1, 'Replicas of that topic.')),
  'ksql.logging.processing.stream.auto.create': fixed(flag(true, 'Whether a stream over that topic is made at start.')),
  'ksql.logging.processing.stream.name': fixed(text('KSQL_PROCESSING_LOG', 'Name of that stream.')),
  'ksql.logging.processing.rows.include': fixed(flag(false, 'Whether the processing log holds the data of records.')),

  'ksql.schema.registry.url': inert(fixed(text('', 'Formats with a registry are not supported yet.'))),
  'ksql.connect.url': inert(fixed(text('http://localhost:8083', 'Connectors are not supported yet.'))),
  'ksql.queries.file': inert(fixed(text(null, 'There is no mode without the HTTP API.'))),
  'ksql.extension.dir': inert(fixed(text('ext', 'Functions in JARs cannot be loaded.'))),
  'ksql.internal.topic.min.insync.replicas': inert(fixed(number(1, "The brokers' default counts."))),
  'ksql.headers.columns.enabled': inert(flag(true, 'Header columns are always allowed.')),
  'ksql.suppress.enabled': inert(flag(true, 'EMIT FINAL is always allowed.')),
  'ksql.suppress.buffer.size.bytes': inert(number(-1, 'What EMIT FINAL holds back is not limited.')),
  'ksql.new.query.planner.enabled': inert(flag(false, 'There is one planner.')),
  'ksql.query.status.running.threshold.seconds': inert(number(300, 'The state of a query is told as it is.')),
  'ksql.error.classifier.regex': inert(text('', 'Failures are classified by their cause.')),
  'ksql.metastore.backup.location': inert(fixed(text('', 'The command log is not copied.'))),
  'ksql.runtime.feature.shared.enabled': inert(fixed(flag(false, 'All queries of a server share its threads.'))),
  'ksql.access.validator.enable': inert(fixed(text('auto', 'What Kafka forbids is seen when it is tried.'))),
  'ksql.query.pull.interpreter.enabled': inert(flag(true, 'Expressions are compiled in all queries.')),
  'ksql.query.pull.limit.clause.enabled': inert(flag(true, 'LIMIT is always allowed.')),
  'ksql.query.pull.max.concurrent.requests': inert(fixed(number(UNLIMITED, 'Pull queries are not limited.'))),
  'ksql.query.push.v2.registry.installed': inert(fixed(flag(false, 'Push queries need no registry.'))),
  'ksql.server.command.blocked.threshold.error.ms': inert(fixed(number(15_000, 'There is no such threshold.'))),
  'ksql.heartbeat.enable': inert(fixed(flag(false, 'Kafka knows which servers are there: see session.timeout.ms.'))),
}

/** Settings of the dataflow and of Kafka's clients; also accepted with the prefix `ksql.streams.`. */
export const STREAMS_SETTINGS: Readonly<Record<string, Setting>> = {
  'auto.offset.reset': text('latest', 'Where a new query begins in its topics: earliest or latest.'),
  'processing.guarantee': text(
    'at_least_once',
    'at_least_once, or exactly_once_v2: output, state and positions of a query are committed together; exactly_once_v2 on the embedded log.',
  ),
  'commit.interval.ms': number(
    2000,
    'Time between commits of positions and state; with exactly_once_v2 200, and 500 while a query catches up, if not set.',
  ),
  'cache.max.bytes.buffering': number(
    10_000_000,
    'With 0 each change of a table goes out; else changes of a key that come together become one.',
  ),
  'num.stream.threads': number(
    null,
    'Worker threads of the server; none: as many as cores. Without effect in a request.',
  ),
  'replication.factor': number(
    null,
    'Replicas of internal topics of queries, unless ksql.internal.topic.replicas is set.',
  ),
  'max.task.idle.ms': number(0, 'How long a task waits for an input without records, so as to take the oldest first.'),
  'buffered.records.per.partition': number(256, 'Records of a partition that wait for a task before reading pauses.'),
  'state.dir': fixed(text(null, 'Data directory where the option --data-dir is not given; none: data.')),
  'producer.compression.type': text(null, 'Compression of what queries write: none, gzip, snappy, lz4 or zstd.'),
  'compression.type': text(null, 'As producer.compression.type, which counts more.'),
  'security.protocol': fixed(text(null, 'PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL; none: PLAINTEXT.')),
  'sasl.mechanism': fixed(text(null, 'PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512; none: PLAIN.')),
  'sasl.jaas.config': fixed(text(null, 'User and password at the brokers: username="..." and password="...".')),
  'sasl.username': fixed(text(null, 'User at the brokers, where sasl.jaas.config names none.')),
  'sasl.password': fixed(text(null, 'Password at the brokers, where sasl.jaas.config has none.')),
  'session.timeout.ms': fixed(
    number(
      10_000,
      'How long a server on Kafka may give no sign of life before others of its cluster take its work over.',
    ),
  ),
  'client.id': fixed(text(null, 'Name by which the brokers know this server.')),

  'statestore.cache.max.bytes': inert(number(null, 'See millrace.state.cache.bytes.')),
  'num.standby.replicas': inert(number(0, 'State has no standbys; it is restored from changelog topics.')),
  'task.timeout.ms': inert(number(300_000, 'See ksql.query.retry.backoff.initial.ms.')),
  'max.poll.records': inert(number(null, 'All queries of a server share its reading.')),
  'fetch.min.bytes': inert(number(null, 'All queries of a server share its reading.')),
  'fetch.max.wait.ms': inert(number(null, 'All queries of a server share its reading.')),
  'isolation.level': inert(text(null, 'The server chooses it.')),
  'linger.ms': inert(number(null, 'The server makes its batches itself.')),
  'batch.size': inert(number(null, 'The server makes its batches itself.')),
  acks: inert(text(null, 'Writes wait for all replicas in sync.')),
  'max.request.size': inert(number(null, 'The server makes its batches itself.')),
  'request.timeout.ms': inert(number(null, 'The server chooses it.')),
}

/** Prefixes of names that requests may set, whatever follows. */
export const OPEN_PREFIXES: readonly string[] = [
  'ksql.functions.',
  'ksql.streams.',
  'consumer.',
  'producer.',
  'admin.',
  'main.consumer.',
  'restore.consumer.',
]

/** Prefixes of names that are passed on to the part of the server that they name; requests cannot set them. */
export const SERVER_PREFIXES: readonly string[] = [
  'ssl.',
  'sasl.',
  'authentication.',
  'access.control.',
  'ksql.server.',
]
