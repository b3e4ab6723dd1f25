import { always, type ForeignClass, idle, noted, oneOf, type Settings, SINK_RULES, to } from './rules.ts'

const DEFAULT_REGION = 'us-west-2'
const storeUrl = (all: Settings): string => `https://s3.${all.get('s3.region') ?? DEFAULT_REGION}.amazonaws.com`

/** Source: Confluent documentation, "Amazon S3 Sink Connector: configuration properties". */
export const s3: ForeignClass = {
  className: 'io.confluent.connect.s3.S3SinkConnector',
  kind: 'SINK',
  connector: 's3',
  rules: {
    ...SINK_RULES,
    // The address of Amazon's own store follows from the region.
    's3.bucket.name': (bucket, all) => ({
      options: { bucket, ...(!all.has('store.url') && { url: storeUrl(all) }) },
    }),
    's3.region': to('region'),
    'store.url': to('url'),
    'topics.dir': (directory) => ({
      options: { prefix: `${directory.replace(/\/$/, '')}/%{topic}/` },
      note: 'objects of all partitions are in one directory of the topic',
    }),
    'flush.size': to('roll.records'),
    'rotate.schedule.interval.ms': to('roll.interval.ms'),
    'format.class': oneOf({
      'io.confluent.connect.s3.format.json.JsonFormat': { format: 'json' },
      'io.confluent.connect.s3.format.parquet.ParquetFormat': { format: 'parquet' },
    }),
    's3.compression.type': oneOf({ none: { compression: 'none' }, gzip: { compression: 'gzip' } }),
    'parquet.codec': oneOf({
      none: { compression: 'none' },
      snappy: { compression: 'snappy' },
      gzip: { compression: 'gzip' },
    }),
    'partitioner.class': always('io.confluent.connect.storage.partitioner.DefaultPartitioner'),
    'storage.class': always('io.confluent.connect.s3.storage.S3Storage'),
    'schema.compatibility': always('NONE'),
    'aws.access.key.id': to('access.key'),
    'aws.secret.access.key': to('secret.key'),
    's3.part.size': idle,
    's3.part.retries': idle,
    's3.retry.backoff.ms': to('retry.backoff.ms'),
    locale: idle,
    timezone: noted('objects are named for topic, partition and offset, and not for a time'),
  },
  absent: {
    's3.region': { options: { region: DEFAULT_REGION } },
    'topics.dir': {
      options: { prefix: 'topics/%{topic}/' },
      note: 'objects of all partitions are in one directory of the topic',
    },
    's3.compression.type': { options: { compression: 'none' } },
  },
}
