/** The source `http-poll`: a web service that is polled for what is new. */
import type { SourceDeclaration } from '../connector.ts'
import { BASIC_OPTIONS, HTTP_OPTIONS } from '../delivery/http-target.ts'
import { headersOf, REQUEST_HEADER_OPTIONS } from '../delivery/request-headers.ts'
import { OptionError, type Options } from '../options.ts'
import { HttpPollTask } from './http-poll-task.ts'
import { jsonPointer } from './json-pointer.ts'

export const httpPollSource: SourceDeclaration = {
  kind: 'SOURCE',
  name: 'http-poll',
  keepsPosition: true,
  description:
    'Polls a web service at intervals and turns its responses into records. A cursor found in a response is sent with the next request, ' +
    'which follows at once while responses contain records. `ETag` and `Last-Modified` are sent back, so that unchanged content is not sent again.',
  guarantee:
    'Each response is stored once, in one transaction with the cursor for the next request. If the service sends a record in two responses, it is stored twice.',
  options: [
    ...HTTP_OPTIONS.filter(({ name }) => name !== 'compression'),
    ...BASIC_OPTIONS,
    ...REQUEST_HEADER_OPTIONS,
    {
      name: 'path',
      type: 'text',
      default: '',
      description: 'Path that is appended to the address; it may include a query: `/events?limit=100`.',
    },
    {
      name: 'interval.ms',
      type: 'duration',
      default: '60000',
      least: 10,
      description: 'Time between a response and the next request.',
    },
    {
      name: 'body',
      type: 'choice',
      default: 'record',
      choices: ['record', 'lines', 'json'],
      description:
        'What a response contains: the value of one record (`record`), one value per line (`lines`), or a JSON document with an array of records (`json`).',
    },
    {
      name: 'records.pointer',
      type: 'text',
      default: '',
      description:
        'With `body=json`: JSON Pointer (RFC 6901) of the array of records. Empty: the document is the array.',
    },
    {
      name: 'key.pointer',
      type: 'text',
      default: null,
      description: 'With `body=json`: JSON Pointer from a record to its key, as text.',
    },
    {
      name: 'cursor.parameter',
      type: 'text',
      default: null,
      description: 'Query parameter that carries the cursor. Unset: no cursor is used.',
    },
    {
      name: 'cursor.pointer',
      type: 'text',
      default: null,
      description: 'JSON Pointer of the next cursor, in the document or in its last record (see `cursor.from`).',
    },
    {
      name: 'cursor.header',
      type: 'text',
      default: null,
      description: 'Response header that holds the next cursor, instead of `cursor.pointer`.',
    },
    {
      name: 'cursor.from',
      type: 'choice',
      default: 'document',
      choices: ['document', 'record'],
      description: 'Whether `cursor.pointer` is applied to the document or to its last record.',
    },
    {
      name: 'cursor.start',
      type: 'text',
      default: null,
      description: 'Cursor of the first request. Unset: the first request has no cursor.',
    },
  ],
  example: `CREATE SOURCE quakes WITH (
  connector='http-poll', url='http://localhost:9000', path='/quakes?limit=100', topic='quakes', "interval.ms"=10000,
  body='json', "records.pointer"='/features', "key.pointer"='/id', "cursor.parameter"='after', "cursor.pointer"='/next');
CREATE STREAM quakes (id STRING KEY, mag DOUBLE, place STRING) WITH (kafka_topic='quakes', value_format='JSON');`,

  check(options) {
    headersOf(options)
    const isJson = options.text('body') === 'json'
    for (const name of ['records.pointer', 'key.pointer', 'cursor.pointer']) {
      if (!options.isGiven(name)) continue
      jsonPointer(options.text(name), name)
      if (!isJson) throw new OptionError(name, `The option '${name}' needs body='json'.`)
    }
    checkCursor(options)
  },

  async open(context) {
    return new HttpPollTask(context)
  },
}

function checkCursor(options: Options): void {
  const ways = ['cursor.pointer', 'cursor.header'].filter((name) => options.isGiven(name))
  const hasParameter = options.isGiven('cursor.parameter')
  if (ways.length === 2) throw new OptionError('cursor.header', "Give 'cursor.pointer' or 'cursor.header', not both.")
  if (ways.length === 1 && !hasParameter) {
    throw new OptionError(ways[0]!, `The option '${ways[0]}' needs 'cursor.parameter', which carries the cursor.`)
  }
  if (ways.length === 0 && hasParameter) {
    throw new OptionError(
      'cursor.parameter',
      "The option 'cursor.parameter' needs 'cursor.pointer' or 'cursor.header'.",
    )
  }
}
