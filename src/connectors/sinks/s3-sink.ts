/** The sink `s3`: objects of JSON lines or of Parquet in Amazon S3, or in a store that speaks its protocol. */
import type { SinkDeclaration } from '../connector.ts'
import { HTTP_OPTIONS } from '../delivery/http-target.ts'
import { COLUMN_NAMES } from '../document-options.ts'
import { OptionError } from '../options.ts'
import { compileTemplate } from '../templates.ts'
import { S3Task } from './s3-task.ts'

export const s3Sink: SinkDeclaration = {
  kind: 'SINK',
  name: 's3',
  description:
    'Writes records as lines of JSON or rows of Parquet to objects in Amazon S3 or a compatible store. An object holds one run of offsets of ' +
    'one partition and is named for the first: `logs+0+0000000000000120.json.gz`.',
  guarantee:
    'Exactly once: an object is written as a whole, only if there is none of its name, with the offset behind its last record in its metadata; a ' +
    'restarted task continues behind the last object.',
  options: [
    ...HTTP_OPTIONS.filter(({ name }) => name !== 'compression'),
    { name: 'bucket', type: 'text', default: null, isRequired: true, description: 'Bucket. It must exist.' },
    {
      name: 'prefix',
      type: 'text',
      default: '%{topic}/',
      description: 'Prefix of the names of all objects. `%{topic}` stands for the topic.',
    },
    { name: 'region', type: 'text', default: 'us-east-1', description: 'Region of the bucket.' },
    { name: 'access.key', type: 'text', default: null, isRequired: true, description: 'Id of the access key.' },
    {
      name: 'secret.key',
      type: 'text',
      default: null,
      isRequired: true,
      isSecret: true,
      description: 'Secret of the access key.',
    },
    {
      name: 'session.token',
      type: 'text',
      default: null,
      isSecret: true,
      description: 'Token of temporary credentials.',
    },
    {
      name: 'format',
      type: 'choice',
      default: 'json',
      choices: ['json', 'parquet'],
      description:
        'Lines of JSON, or Apache Parquet with one column for each column of the source; an ARRAY, MAP or STRUCT becomes a JSON string.',
    },
    {
      name: 'compression',
      type: 'choice',
      default: 'gzip',
      choices: ['gzip', 'snappy', 'none'],
      description: 'Compression of objects, or of the pages of Parquet; `snappy` is for Parquet only.',
    },
    {
      name: 'roll.records',
      type: 'number',
      default: '100000',
      least: 1,
      description: 'Maximum number of records in an object.',
    },
    {
      name: 'roll.bytes',
      type: 'number',
      default: '8388608',
      least: 1,
      description:
        'An object is complete when it has this many bytes before compression. Until then the task keeps it in memory.',
    },
    {
      name: 'roll.interval.ms',
      type: 'duration',
      default: '60000',
      least: 0,
      description: 'An object is complete when its first record has waited for this long.',
    },
    COLUMN_NAMES,
  ],
  example: `CREATE STREAM events (id STRING KEY, message STRING) WITH (kafka_topic='events', value_format='JSON', partitions=1);
CREATE SINK events_to_s3 FROM events WITH (
  connector='s3', url='http://localhost:7070', bucket='archive', "access.key"='parts', "secret.key"='\${env:CONNECTOR_S3_SECRET}',
  "roll.interval.ms"='1000');`,

  check(options, source) {
    if (options.text('compression') === 'snappy' && options.text('format') !== 'parquet') {
      throw new OptionError('compression', "The compression 'snappy' needs format='parquet'.")
    }
    if (options.list('url').length > 1) throw new OptionError('url', 'A store has one address.')
    if (compileTemplate(options.text('prefix'), 'prefix', source).constant !== null) return
    throw new OptionError(
      'prefix',
      "The option 'prefix' may have %{topic} and no other place: its objects are listed to find the last.",
    )
  },

  async open(context) {
    return new S3Task(context)
  },
}
