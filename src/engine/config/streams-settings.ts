/** The table of settings of the dataflow and of Kafka's clients. docs/configuration.md is generated from it. */
import { atLeast, fixed, formed, inert, number, oneOf, type Setting, text } from './setting.ts'
import { PATH } from './text-forms.ts'

const COMPRESSIONS = ['none', 'gzip', 'snappy', 'lz4', 'zstd']

/** Settings of the dataflow and of Kafka's clients; also accepted with the prefix `ksql.streams.`. */
export const STREAMS_SETTINGS: Readonly<Record<string, Setting>> = {
  'auto.offset.reset': oneOf(
    ['earliest', 'latest'],
    text('latest', 'Where a new query starts to read its topics: earliest or latest.'),
  ),
  'millrace.offset.out.of.range': oneOf(
    ['fail', 'earliest', 'latest'],
    text(
      'fail',
      'For a query whose position is no longer in its topic: fail (it stays in ERROR), or the earliest or latest record to continue at.',
    ),
  ),
  'millrace.removed.records': oneOf(
    ['continue', 'fail'],
    text(
      'continue',
      'For a query that finds records removed, by retention or by hand, before it has read them: continue at the first one left, or fail.',
    ),
  ),
  'processing.guarantee': oneOf(
    ['at_least_once', 'exactly_once_v2', 'exactly_once'],
    text(
      'at_least_once',
      'exactly_once_v2 commits output, state and positions of a query together; default on the embedded log: exactly_once_v2.',
    ),
  ),
  'commit.interval.ms': number(
    2000,
    'Time between commits of positions and state; if unset, exactly_once_v2 commits every 200 ms, and every 500 ms while a query catches up.',
  ),
  'cache.max.bytes.buffering': number(
    10_000_000,
    '0: every change of a table is emitted; otherwise successive changes of a key may be merged into one.',
  ),
  'num.stream.threads': atLeast(
    1,
    number(null, 'Worker threads of the server; unset: one per core. No effect in a request.'),
  ),
  'replication.factor': atLeast(
    -1,
    number(null, 'Replicas of internal topics of queries, unless ksql.internal.topic.replicas is set.'),
  ),
  'metadata.max.age.ms': atLeast(
    100,
    number(
      30_000,
      'How often the topics of running queries are looked at for partitions that were added. No effect in a request.',
    ),
  ),
  'max.task.idle.ms': atLeast(
    -1,
    number(0, 'How long a task waits for an input without records, in order to process the oldest record first.'),
  ),
  'buffered.records.per.partition': atLeast(
    1,
    number(256, 'Records of a partition that may wait for a task before reading pauses.'),
  ),
  'millrace.source.idle.timeout.ms': atLeast(
    0,
    number(
      1000,
      'How long a task without records holds back the windows behind a repartition; later they close without it.',
    ),
  ),
  'millrace.emit.final.timeout.ms': atLeast(
    0,
    number(
      0,
      'How long a query with EMIT FINAL waits for records until it closes its windows; 0: for good. EMIT FINAL TIMEOUT takes precedence.',
    ),
  ),
  'state.dir': formed(PATH, fixed(text(null, 'Data directory, unless the option --data-dir is given; unset: data.'))),
  'producer.compression.type': oneOf(
    COMPRESSIONS,
    text(null, 'Compression of the records that queries write: none, gzip, snappy, lz4 or zstd.'),
  ),
  'compression.type': oneOf(COMPRESSIONS, text(null, 'As producer.compression.type, which takes precedence.')),
  'security.protocol': oneOf(
    ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'],
    fixed(text(null, 'PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL; unset: PLAINTEXT.')),
  ),
  'sasl.mechanism': oneOf(
    ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'],
    fixed(text(null, 'PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER; unset: PLAIN.')),
  ),
  'sasl.jaas.config': fixed(
    text(
      null,
      'User and password for the brokers: username="..." and password="..."; for OAUTHBEARER clientId, clientSecret, scope, and extension_NAME.',
    ),
  ),
  'sasl.username': fixed(text(null, 'User for the brokers, if sasl.jaas.config names none.')),
  'sasl.password': fixed(text(null, 'Password for the brokers, if sasl.jaas.config has none.')),
  'sasl.oauthbearer.token.endpoint.url': fixed(
    text(
      null,
      'Where OAUTHBEARER gets its tokens: an https:// or http:// token endpoint, or file:// and a file that holds a token.',
    ),
  ),
  'sasl.oauthbearer.client.credentials.client.id': fixed(
    text(null, 'Client for the token endpoint; takes precedence over clientId in sasl.jaas.config.'),
  ),
  'sasl.oauthbearer.client.credentials.client.secret': fixed(
    text(null, 'Secret of that client; takes precedence over clientSecret in sasl.jaas.config.'),
  ),
  'sasl.oauthbearer.scope': fixed(
    text(null, 'Scope that is requested with a token; takes precedence over scope in sasl.jaas.config.'),
  ),
  'sasl.login.read.timeout.ms': atLeast(
    1,
    fixed(number(10_000, 'How long the token endpoint may take for its answer.')),
  ),
  'session.timeout.ms': atLeast(
    1,
    fixed(
      number(
        10_000,
        'How long a server on Kafka may be silent before other servers of its cluster take over its work.',
      ),
    ),
  ),
  'client.id': fixed(text(null, 'Name of this server in the logs and metrics of the brokers.')),

  'statestore.cache.max.bytes': inert(number(null, 'See millrace.state.cache.bytes.')),
  'num.standby.replicas': atLeast(
    0,
    fixed(
      number(
        0,
        'Servers that keep a copy of the state of each task, and take over without a restore. The same on all servers.',
      ),
    ),
  ),
  'acceptable.recovery.lag': atLeast(
    0,
    fixed(number(10_000, 'Records that a copy of the state may be behind when its server takes the task over.')),
  ),
  'task.timeout.ms': inert(number(300_000, 'See ksql.query.retry.backoff.initial.ms.')),
  'max.poll.records': inert(number(null, 'All queries of a server share its consumers.')),
  'fetch.min.bytes': inert(number(null, 'All queries of a server share its consumers.')),
  'fetch.max.wait.ms': inert(number(null, 'All queries of a server share its consumers.')),
  'isolation.level': inert(text(null, 'The server chooses it.')),
  'linger.ms': inert(number(null, 'The server sizes batches itself.')),
  'batch.size': inert(number(null, 'The server sizes batches itself.')),
  acks: inert(text(null, 'Writes wait for all in-sync replicas.')),
  'max.request.size': inert(number(null, 'The server sizes batches itself.')),
  'request.timeout.ms': inert(number(null, 'The server chooses it.')),
}
