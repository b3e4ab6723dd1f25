import { always, type ForeignClass, idle, noted, oneOf, SINK_RULES, TRIES_DO_NOT_END, to } from './rules.ts'

/** Source: Confluent documentation, "Elasticsearch Service Sink Connector: configuration properties". */
export const elasticsearch: ForeignClass = {
  className: 'io.confluent.connect.elasticsearch.ElasticsearchSinkConnector',
  kind: 'SINK',
  connector: 'elasticsearch',
  rules: {
    ...SINK_RULES,
    'connection.url': to('url'),
    'connection.username': to('username'),
    'connection.password': to('password'),
    'connection.compression': oneOf({ true: { compression: 'gzip' }, false: {} }),
    'connection.timeout.ms': idle,
    'read.timeout.ms': to('request.timeout.ms'),
    'batch.size': to('batch.size'),
    'bulk.size.bytes': to('bulk.bytes'),
    'type.name': noted('types of documents are gone from Elasticsearch 7 on'),
    'key.ignore': oneOf({
      true: { options: {}, needs: 'STREAM' },
      false: { options: {}, needs: 'TABLE' },
    }),
    'schema.ignore': always('true'),
    'behavior.on.null.values': oneOf({ delete: { options: {}, needs: 'TABLE' } }),
    'behavior.on.malformed.documents': oneOf({
      fail: { 'errors.tolerance': 'none' },
      warn: { 'errors.tolerance': 'all' },
      ignore: { 'errors.tolerance': 'all' },
    }),
    'write.method': always('insert'),
    'drop.invalid.message': always('false'),
    'max.retries': TRIES_DO_NOT_END,
    'retry.backoff.ms': to('retry.backoff.ms'),
    'linger.ms': idle,
    'flush.timeout.ms': idle,
    'flush.synchronously': idle,
    'max.in.flight.requests': idle,
    'max.buffered.records': idle,
    'auto.create': always('true'),
  },
  absent: { 'key.ignore': { options: {}, needs: 'TABLE' } },
}
