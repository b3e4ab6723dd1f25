/**
 * The table of settings of the server: names, defaults, kinds, meanings, and who may change them. docs/configuration.md is generated from it.
 */
import { atLeast, fixed, flag, formed, inert, number, oneOf, type Setting, text } from './setting.ts'
import { ADDRESS, FORMAT, METHODS, PART_OF_TOPIC_NAME, TOPIC_PATTERNS } from './text-forms.ts'

const UNLIMITED = 2_147_483_647
/** As in ksqlDB: the largest 64-bit number. */
const UNLIMITED_LAG = '9223372036854775807'
const INTERNAL_TOPICS =
  '_confluent.*,__confluent.*,_schemas,__consumer_offsets,__transaction_state,connect-configs,connect-offsets,connect-status,connect-statuses'

/** Settings named `ksql.*`, and the server's own without a prefix. */
export const SERVER_SETTINGS: Readonly<Record<string, Setting>> = {
  'bootstrap.servers': fixed(
    text(null, 'Brokers of the Kafka cluster, host:port, separated by commas; unset: the embedded log.'),
  ),
  listeners: fixed(text('http://localhost:8088', 'Addresses to listen on, http:// or https://, separated by commas.')),
  'ksql.service.id': formed(
    PART_OF_TOPIC_NAME,
    fixed(
      text(
        'default_',
        'Name of the cluster of servers; it is part of the names of internal topics and consumer groups.',
      ),
    ),
  ),
  'ksql.advertised.listener': formed(
    ADDRESS,
    fixed(
      text(
        null,
        'Address of this server for the other servers of its cluster, also shown in descriptions of queries; unset: ksql.internal.listener.',
      ),
    ),
  ),
  'ksql.internal.listener': formed(
    ADDRESS,
    fixed(text(null, 'As ksql.advertised.listener, which takes precedence; unset: the first listener.')),
  ),
  'ksql.output.topic.name.prefix': formed(
    PART_OF_TOPIC_NAME,
    text('', 'Prefix of the topics that CREATE ... AS SELECT creates.'),
  ),
  'ksql.persistence.default.format.key': formed(FORMAT, text('KAFKA', 'Key format of statements that name none.')),
  'ksql.persistence.default.format.value': formed(FORMAT, text(null, 'Value format of statements that name none.')),
  'ksql.persistence.wrap.single.values': flag(
    null,
    'Whether a single value column is written as a record with one field; unset: the format decides.',
  ),
  'ksql.internal.topic.replicas': atLeast(
    -1,
    fixed(number(1, 'Replicas of internal topics, including the command log.')),
  ),
  'ksql.create.topic.inherit.source.replicas.enabled': flag(
    true,
    'Whether the topic of a CREATE ... AS SELECT has as many replicas as its leftmost source.',
  ),
  'ksql.hidden.topics': formed(
    TOPIC_PATTERNS,
    fixed(text(INTERNAL_TOPICS, 'Patterns of topics that SHOW TOPICS omits without ALL.')),
  ),
  'ksql.readonly.topics': formed(
    TOPIC_PATTERNS,
    fixed(text(INTERNAL_TOPICS, 'Patterns of topics that INSERT VALUES refuses.')),
  ),
  'ksql.insert.into.values.enabled': fixed(flag(true, 'Whether INSERT VALUES is allowed.')),
  'ksql.create.or.replace.enabled': flag(true, 'Whether CREATE OR REPLACE is allowed.'),
  'millrace.replace.any.query': flag(
    true,
    'Whether CREATE OR REPLACE builds a new version beside a running query that cannot continue in place; false: it is refused, as by ksqlDB.',
  ),
  'millrace.replace.keep.ms': fixed(
    number(86_400_000, 'How long the former version of a replaced query is kept for ROLLBACK, in ms; 0: not at all.'),
  ),
  'millrace.replace.max.bytes': fixed(
    atLeast(
      1_048_576,
      number(
        536_870_912,
        "The most memory that the rows of a replaced table may take while its versions' rows are compared.",
      ),
    ),
  ),
  'millrace.allow.loops': flag(
    false,
    'Whether a persistent query may write to a topic that it reads, directly or by way of other queries.',
  ),
  'ksql.lambdas.enabled': flag(true, 'Whether lambda functions are allowed.'),
  'ksql.variable.substitution.enable': flag(true, 'Whether variables are replaced by their values in statements.'),
  'ksql.source.table.materialization.enabled': flag(
    true,
    'Whether CREATE SOURCE TABLE materializes the table for pull queries.',
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
    'Whether a record that cannot be read stops the query if its source has no ON_ERROR; otherwise the record is logged and skipped.',
  ),
  'ksql.fail.on.production.error': flag(
    true,
    'Whether a record whose size or time the sink topic refuses stops the query; otherwise the record is logged and skipped.',
  ),
  'ksql.properties.overrides.denylist': fixed(text('', 'Names that requests may not set, separated by commas.')),
  'ksql.properties.overrides.allowlist': fixed(
    text('', 'The only names that requests may set in mode allowlist, separated by commas.'),
  ),
  'ksql.properties.overrides.validation.mode': oneOf(
    ['denylist', 'allowlist'],
    fixed(text('denylist', 'Which list applies: denylist or allowlist.')),
  ),
  'ksql.query.persistent.active.limit': fixed(number(UNLIMITED, 'Most persistent queries that may exist at a time.')),
  'ksql.query.error.max.queue.size': atLeast(1, number(10, 'Failures kept of each query.')),
  'ksql.query.retry.backoff.initial.ms': number(
    15_000,
    'Pause before a failed query restarts; it doubles with each failure.',
  ),
  'ksql.query.retry.backoff.max.ms': number(900_000, 'Longest pause before a failed query restarts.'),
  'ksql.assert.schema.default.timeout.ms': number(1000, 'How long ASSERT SCHEMA waits if it has no TIMEOUT.'),
  'ksql.assert.topic.default.timeout.ms': number(1000, 'How long ASSERT TOPIC waits if it has no TIMEOUT.'),
  'ksql.pull.queries.enable': flag(true, 'Whether pull queries are allowed.'),
  'ksql.query.pull.table.scan.enabled': flag(
    true,
    'Whether pull queries may read a whole table; false: WHERE must name keys.',
  ),
  'ksql.query.pull.stream.enabled': flag(true, 'Whether pull queries may read streams.'),
  'ksql.query.pull.range.scan.enabled': flag(true, 'Whether bounds on a key are looked up as a range.'),
  'ksql.query.pull.enable.standby.reads': flag(
    false,
    'Whether a pull query may read a copy of the state (num.standby.replicas) while its owner is moving or does not answer.',
  ),
  'ksql.query.pull.max.allowed.offset.lag': atLeast(0, {
    ...number(null, 'Records that a copy may be behind to be read by a pull query.'),
    default: UNLIMITED_LAG,
  }),
  'ksql.heartbeat.enable': fixed(
    flag(
      false,
      'Whether servers tell one another that they live, so that pull queries avoid a dead one before Kafka notices it.',
    ),
  ),
  'ksql.heartbeat.send.interval.ms': atLeast(1, fixed(number(100, 'Time between heartbeats to the other servers.'))),
  'ksql.heartbeat.missed.threshold.ms': atLeast(
    1,
    fixed(number(3, 'Heartbeats that a server may miss before pull queries avoid it.')),
  ),
  'ksql.heartbeat.discover.interval.ms': atLeast(
    1,
    fixed(number(2000, 'How often a server looks which others there are, for heartbeats and lag reports.')),
  ),
  'ksql.lag.reporting.enable': fixed(
    flag(false, 'Whether servers tell one another how far their copies of state are; GET /clusterStatus shows it.'),
  ),
  'ksql.lag.reporting.send.interval.ms': atLeast(
    1,
    fixed(number(5000, 'Time between lag reports to the other servers.')),
  ),
  'ksql.query.pull.forwarding.timeout.ms': fixed(
    number(20_000, 'How long a pull query waits for other servers that have part of its rows.'),
  ),
  'ksql.query.push.v2.enabled': flag(
    false,
    'Whether push queries that ksqlDB would run as scalable push queries have such ids; they run alike.',
  ),
  'ksql.max.push.queries': fixed(number(100, 'Most push queries that may run at a time.')),
  'ksql.query.push.max.buffered.rows': fixed(
    number(50_000, 'How many rows a subscriber may fall behind others of the same push query before it is closed.'),
  ),
  'ksql.server.command.response.timeout.ms': fixed(
    number(5000, 'How long a request waits until its commands are executed.'),
  ),
  'ksql.server.max.request.bytes': atLeast(
    1,
    fixed(number(1_048_576, 'Largest body of a request, and largest line of /inserts-stream.')),
  ),
  'ksql.websocket.connection.max.timeout.ms': fixed(number(3_600_000, 'Age at which a websocket is closed.')),
  'ksql.healthcheck.interval.ms': fixed(number(5000, 'How long an answer of /healthcheck is cached.')),
  'ksql.idle.connection.timeout.seconds': fixed(number(86_400, 'How long a connection without traffic stays open.')),
  'access.control.allow.origin': fixed(
    text(null, 'Origins of web pages that may use the server, * for any characters; unset: its own.'),
  ),
  'access.control.allow.methods': formed(METHODS, fixed(text('GET,POST,HEAD', 'Methods that such pages may use.'))),
  'access.control.allow.headers': fixed(
    text('X-Requested-With,Content-Type,Accept,Origin', 'Headers that such pages may send.'),
  ),
  'access.control.allow.hosts': fixed(
    text(
      '',
      'Names, separated by commas, under which a server that listens on loopback addresses alone is used, besides localhost and these addresses.',
    ),
  ),
  'authentication.method': oneOf(
    ['NONE', 'BASIC'],
    fixed(text('NONE', 'NONE, or BASIC: requests need a user and a password.')),
  ),
  'authentication.users.location': fixed(text(null, 'File with a line "user: password" for each user.')),
  'authentication.realm': fixed(text('Millrace', 'Realm sent to clients that have to authenticate.')),
  'authentication.skip.paths': fixed(
    text('', 'Paths without authentication, separated by commas, * for any characters.'),
  ),
  'ssl.key.location': fixed(text(null, 'PEM file with the private key, for https listeners and for Kafka.')),
  'ssl.certificate.location': fixed(text(null, 'PEM file with the certificate, for https listeners and for Kafka.')),
  'ssl.key.password': fixed(text(null, 'Passphrase of the private key.')),
  'ssl.ca.location': fixed(text(null, 'PEM file with the certificate authorities for clients and brokers.')),
  'ssl.truststore.location': fixed(
    text(null, 'Certificate authorities for brokers, in PEM, not JKS; takes precedence over ssl.ca.location.'),
  ),
  'ssl.truststore.certificates': fixed(text(null, 'The text of that file, instead of its name.')),
  'ssl.keystore.location': fixed(
    text(
      null,
      'Key and certificate for brokers in one file, PEM or PKCS 12, not JKS; takes precedence over ssl.key.location and ssl.certificate.location.',
    ),
  ),
  'ssl.keystore.password': fixed(text(null, 'Password of that file, if it is PKCS 12.')),
  'ssl.keystore.key': fixed(text(null, 'Private key for brokers as PEM text, instead of a file.')),
  'ssl.keystore.certificate.chain': fixed(
    text(null, 'Certificate of that key as PEM text, with those that lead to an authority.'),
  ),
  'ssl.endpoint.identification.algorithm': fixed(
    text(null, 'Empty: the names in the certificates of brokers are not compared with their addresses.'),
  ),
  'ssl.client.authentication': oneOf(
    ['NONE', 'REQUESTED', 'REQUIRED'],
    fixed(text('NONE', 'Whether clients present a certificate: NONE, REQUESTED or REQUIRED.')),
  ),
  'millrace.log.level': fixed(
    oneOf(
      ['debug', 'info', 'warn', 'error'],
      text('info', 'Least level of what the server logs: debug, info, warn or error.'),
    ),
  ),
  'millrace.log.format': fixed(
    oneOf(
      ['auto', 'text', 'json'],
      text(
        'auto',
        'Form of the log: text for people, json with an object per line; auto: text on a terminal, json elsewhere.',
      ),
    ),
  ),
  'millrace.worker.timeout.ms': fixed(
    number(
      30_000,
      'How long a worker thread may take for one piece of work before it is ended and replaced; 0: no limit.',
    ),
  ),
  'millrace.query.pull.wait.ms': atLeast(0, {
    ...number(
      0,
      'How long a pull query may wait until the rows that were inserted before it are in the tables that it reads; 0: it reads them as they are.',
    ),
  }),
  'millrace.query.pull.max.rows': fixed(
    number(1_000_000, 'Most rows that a pull query may hold in memory to sort, join or group them.'),
  ),
  'millrace.expression.timeout.ms': fixed(
    number(
      500,
      'How long an expression may be evaluated for one record before it is stopped and its column is NULL; 0: no limit.',
    ),
  ),
  'millrace.expression.max.bytes': fixed(
    number(
      16_777_216,
      'Largest value that an expression may make: a byte per character, eight per element of an array or struct, sixteen per entry of a map.',
    ),
  ),
  'millrace.connectors.directories': fixed(
    text(
      null,
      'Directories for files of connectors, separated by commas; relative paths begin at the first. Unset: `files` in the data directory.',
    ),
  ),
  'millrace.connectors.environment.prefix': fixed(
    text('CONNECTOR_', 'What the names of environment variables begin with that options of connectors may refer to.'),
  ),
  'millrace.secrets.key.file': fixed(
    text(
      null,
      'File with the key of CREATE SECRET: 32 bytes in Base64 or hexadecimal digits, the same on all servers. Unset: there are no secrets.',
    ),
  ),
  'millrace.functions.javascript.timeout.ms': fixed(
    number(100, 'How long one call of a function in JavaScript may take before it is stopped and its value is NULL.'),
  ),
  'millrace.functions.javascript.memory.bytes': fixed(
    number(67_108_864, 'Memory of a function in JavaScript on each worker thread.'),
  ),
  'millrace.functions.javascript.stack.bytes': fixed(number(262_144, 'Stack of a function in JavaScript.')),
  'millrace.state.cache.bytes': fixed(
    number(16_777_216, 'Memory of each worker thread for caching state that is on disk.'),
  ),
  'ksql.logging.processing.topic.auto.create': fixed(
    flag(true, 'Whether the server keeps a processing log, in a topic created at start.'),
  ),
  'ksql.logging.processing.topic.name': formed(
    PART_OF_TOPIC_NAME,
    fixed(text(null, 'Topic of the processing log; unset: the service id followed by ksql_processing_log.')),
  ),
  'ksql.logging.processing.topic.partitions': atLeast(1, fixed(number(1, 'Partitions of that topic.'))),
  'ksql.logging.processing.topic.replication.factor': atLeast(-1, fixed(number(1, 'Replicas of that topic.'))),
  'ksql.logging.processing.stream.auto.create': fixed(
    flag(true, 'Whether a stream over that topic is created at start.'),
  ),
  'ksql.logging.processing.stream.name': fixed(text('KSQL_PROCESSING_LOG', 'Name of that stream.')),
  'ksql.logging.processing.rows.include': fixed(
    flag(false, 'Whether the processing log includes the data of records.'),
  ),

  'ksql.schema.registry.url': fixed(
    text(
      '',
      'Addresses of the schema registry, separated by commas, or embedded, or none; unset: embedded on the embedded log, none on Kafka.',
    ),
  ),
  'ksql.schema.registry.basic.auth.user.info': fixed(
    text(null, 'User and password for the schema registry, user:password.'),
  ),
  'ksql.schema.registry.bearer.auth.token': fixed(text(null, 'Token for the schema registry.')),
  'ksql.schema.registry.http.read.timeout.ms': fixed(
    number(10_000, 'How long one request to the schema registry may take.'),
  ),
  'ksql.schema.registry.ssl.truststore.location': fixed(
    text(null, 'Certificate authorities for the schema registry, in PEM, not JKS.'),
  ),
  'ksql.schema.registry.ssl.ca.location': fixed(text(null, 'As ssl.truststore.location, which takes precedence.')),
  'ksql.schema.registry.ssl.certificate.location': fixed(
    text(null, 'PEM file with the certificate that the schema registry wants to see.'),
  ),
  'ksql.schema.registry.ssl.key.location': fixed(text(null, 'PEM file with the private key of that certificate.')),
  'ksql.schema.registry.ssl.key.password': fixed(text(null, 'Passphrase of that key.')),
  'ksql.schema.registry.ssl.endpoint.identification.algorithm': fixed(
    text(null, 'Empty: the name in the certificate of the schema registry is not compared with its address.'),
  ),

  'ksql.queries.file': fixed(
    text(
      null,
      'File with the statements that the server runs at its start; over HTTP it then takes none that change anything.',
    ),
  ),
  'ksql.metastore.backup.location': fixed(
    text('', 'Directory in which this server keeps a copy of the command log; empty: none.'),
  ),
  'ksql.enable.metastore.backup': fixed(flag(null, 'false: no copy, also where there is a directory for it.')),
  'ksql.connect.url': fixed(
    text('http://localhost:8083', 'Addresses of the workers of a Kafka Connect cluster, separated by commas.'),
  ),
  'ksql.connect.request.timeout.ms': atLeast(1, fixed(number(5000, 'How long one request to Kafka Connect may take.'))),
  'ksql.connect.basic.auth.credentials.source': oneOf(
    ['NONE', 'FILE'],
    fixed(text('NONE', 'FILE: ksql.connect.basic.auth.credentials.file has user and password for Kafka Connect.')),
  ),
  'ksql.connect.basic.auth.credentials.file': fixed(
    text(null, 'File with the lines username=... and password=... for Kafka Connect.'),
  ),
  'ksql.connect.basic.auth.credentials.reload': fixed(
    flag(false, 'Whether that file is read again for each request, so that new credentials need no restart.'),
  ),
  'ksql.connect.ssl.truststore.location': fixed(
    text(null, 'Certificate authorities for Kafka Connect, in PEM, not JKS.'),
  ),
  'ksql.connect.ssl.ca.location': fixed(text(null, 'As ssl.truststore.location, which takes precedence.')),
  'ksql.connect.ssl.certificate.location': fixed(
    text(null, 'PEM file with the certificate that Kafka Connect wants to see.'),
  ),
  'ksql.connect.ssl.key.location': fixed(text(null, 'PEM file with the private key of that certificate.')),
  'ksql.connect.ssl.key.password': fixed(text(null, 'Passphrase of that key.')),
  'ksql.connect.ssl.endpoint.identification.algorithm': fixed(
    text(null, 'Empty: the name in the certificate of Kafka Connect is not compared with its address.'),
  ),
  'ksql.extension.dir': inert(fixed(text('ext', 'Functions in JARs cannot be loaded.'))),
  'ksql.internal.topic.min.insync.replicas': inert(fixed(number(1, 'The default of the brokers applies.'))),
  'ksql.headers.columns.enabled': inert(flag(true, 'Header columns are always allowed.')),
  'ksql.suppress.enabled': inert(flag(true, 'EMIT FINAL is always allowed.')),
  'ksql.suppress.buffer.size.bytes': atLeast(
    -1,
    inert(number(-1, 'The rows that EMIT FINAL buffers are not limited.')),
  ),
  'ksql.new.query.planner.enabled': inert(flag(false, 'There is one planner.')),
  'ksql.query.status.running.threshold.seconds': inert(number(300, 'The state of a query is reported without delay.')),
  'ksql.error.classifier.regex': inert(text('', 'Failures are classified by their cause.')),
  'ksql.runtime.feature.shared.enabled': inert(fixed(flag(false, 'All queries of a server share its threads.'))),
  'ksql.access.validator.enable': inert(fixed(text('auto', 'Permissions are checked by Kafka when they are needed.'))),
  'ksql.query.pull.interpreter.enabled': inert(flag(true, 'Expressions are compiled in all queries.')),
  'ksql.query.pull.limit.clause.enabled': inert(flag(true, 'LIMIT is always allowed.')),
  'ksql.query.pull.max.concurrent.requests': inert(fixed(number(UNLIMITED, 'Pull queries are not limited.'))),
  'ksql.query.push.v2.registry.installed': inert(fixed(flag(false, 'Push queries need no registry.'))),
  'ksql.server.command.blocked.threshold.error.ms': inert(fixed(number(15_000, 'There is no such threshold.'))),
}
