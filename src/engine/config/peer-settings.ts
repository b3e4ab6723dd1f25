/**
 * Names that ksqlDB's servers and Kafka's clients know and that mean nothing here. They are distinguished from misspelt names, so that a
 * configuration made for ksqlDB passes its check. Sources: ksqlDB's `KsqlConfig` and `KsqlRestConfig`; Kafka's `ConsumerConfig`,
 * `ProducerConfig` and `StreamsConfig`.
 */

const KSQLDB = `
  ksql.authentication.plugin.class ksql.connect.polling.enable ksql.connect.worker.config ksql.endpoint.logging.log.queries
  ksql.endpoint.migrate.query ksql.heartbeat.check.interval.ms
  ksql.heartbeat.thread.pool.size ksql.heartbeat.window.ms ksql.json_sr.converter.deserializer.enabled
  ksql.logging.server.rate.limited.request.paths
  ksql.logging.server.rate.limited.response.codes ksql.logging.server.skipped.response.codes ksql.metrics.extension
  ksql.metrics.tags.custom ksql.query.persistent.max.bytes.buffering.total ksql.query.pull.cancel.on.disconnect.enabled
  ksql.query.pull.consistency.token.enabled
  ksql.query.pull.max.hourly.bandwidth.megabytes ksql.query.pull.max.qps ksql.query.pull.metrics.enabled
  ksql.query.pull.router.thread.pool.size ksql.query.pull.thread.pool.size ksql.query.push.v2.max.hourly.bandwidth.megabytes
  ksql.query.push.v2.max.catchup.consumers ksql.query.transient.max.bytes.buffering.total ksql.rowpartition.rowoffset.enabled
  ksql.security.extension.class ksql.server.command.topic.rate.limit ksql.server.install.dir ksql.server.preconditions
  ksql.server.websockets.num.threads ksql.shared.runtimes.count ksql.transient.prefix
  ksql.transient.query.cleanup.service.enable ksql.transient.query.cleanup.service.initial.delay.seconds
  ksql.transient.query.cleanup.service.period.seconds ksql.udf.collect.metrics ksql.udf.enable.security.manager ksql.udfs.enabled
  ksql.verticle.instances ksql.worker.pool.size response.http.headers.config`

const CONSUMER = `
  allow.auto.create.topics auto.commit.interval.ms check.crcs client.dns.lookup client.rack connections.max.idle.ms
  default.api.timeout.ms enable.auto.commit enable.metrics.push exclude.internal.topics fetch.max.bytes group.id group.instance.id
  group.protocol group.remote.assignor heartbeat.interval.ms interceptor.classes key.deserializer max.partition.fetch.bytes
  max.poll.interval.ms metadata.recovery.rebootstrap.trigger.ms metadata.recovery.strategy metric.reporters
  metrics.num.samples metrics.recording.level metrics.sample.window.ms partition.assignment.strategy receive.buffer.bytes
  reconnect.backoff.max.ms reconnect.backoff.ms retry.backoff.max.ms retry.backoff.ms security.providers send.buffer.bytes
  socket.connection.setup.timeout.max.ms socket.connection.setup.timeout.ms value.deserializer`

const PRODUCER = `
  buffer.memory compression.gzip.level compression.lz4.level compression.zstd.level delivery.timeout.ms enable.idempotence
  key.serializer max.block.ms max.in.flight.requests.per.connection metadata.max.idle.ms partitioner.adaptive.partitioning.enable
  partitioner.availability.timeout.ms partitioner.class partitioner.ignore.keys retries transaction.timeout.ms transactional.id
  value.serializer`

const STREAMS = `
  application.id application.server auto.include.jmx.reporter built.in.metrics.version
  default.client.supplier default.deserialization.exception.handler default.dsl.store default.key.serde
  default.production.exception.handler default.timestamp.extractor default.value.serde deserialization.exception.handler
  dsl.store.suppliers.class log.summary.interval.ms max.warmup.replicas poll.ms probing.rebalance.interval.ms
  processing.exception.handler production.exception.handler rack.aware.assignment.tags repartition.purge.interval.ms
  rocksdb.config.setter state.cleanup.delay.ms task.assignor.class topology.optimization upgrade.from window.size.ms
  windowed.inner.class.serde windowstore.changelog.additional.retention.ms`

/** Names in the form that `canonicalName` gives. */
export const PEER_SETTINGS: ReadonlySet<string> = new Set(
  [KSQLDB, CONSUMER, PRODUCER, STREAMS].flatMap((names) => names.trim().split(/\s+/)),
)
