/** POST /inserts-stream: a line that names the target, then a line per row; an answer per row, or for all up to a row. */
import type { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type { InsertRecordOptions } from '../../engine/api.ts'
import { RequestError } from '../../errors.ts'
import type { ServerContext } from '../context.ts'
import { CumulativeAcks } from '../cumulative-acks.ts'
import { AckWriter, type InsertAcks } from '../insert-acks.ts'
import { insertRows } from '../insert-rows.ts'
import { shuttingDown } from '../lifecycle.ts'
import { chunksUntil, readLines } from '../line-reader.ts'
import { chooseType, DELIMITED, JSON_TYPE } from '../media-types.ts'
import { bodySchema } from '../openapi/body-schema.ts'
import { component, type Operation } from '../openapi/operation.ts'
import { type BodyOf, type BodyShape, parseBody, readBody } from '../request-body.ts'
import { ResponseStream } from '../response-stream.ts'

/** The first line of the body. */
const insertsTarget = {
  target: { kind: 'text', required: true, description: 'Name of a stream or table.' },
  properties: { kind: 'properties', description: 'Settings for the rows, as by SET.' },
  acknowledge: {
    kind: 'text',
    description:
      '`CUMULATIVE`: an answer stands for all rows up to its number. Otherwise each row has its own. Not in ksqlDB.',
  },
  onError: {
    kind: 'text',
    description: 'With cumulative answers: `CONTINUE` refuses a row that fails, and reading continues. Not in ksqlDB.',
  },
  partition: {
    kind: 'integer',
    description: 'The partition that all rows go to. Default: by their keys. Not in ksqlDB.',
  },
  headers: { kind: 'variables', description: 'Headers of all records, as text. Not in ksqlDB.' },
  tombstones: {
    kind: 'flag',
    description: 'Rows have key columns alone; each deletes the row of its key. Not in ksqlDB.',
  },
} as const satisfies BodyShape

type InsertsTarget = BodyOf<typeof insertsTarget>

const operation: Operation = {
  id: 'insertStream',
  tag: 'Inserts',
  summary: 'Inserts rows, each of which is answered once it is stored.',
  description: 'HTTP/2, or HTTP/1.1 with a Content-Length and cumulative answers.',
  body: {
    description: 'Lines of JSON: the first names the target, each other is a row by the names of its columns.',
    content: { [DELIMITED]: { anyOf: [bodySchema(insertsTarget), { type: 'object', description: 'A row.' }] } },
  },
  answer: {
    description: 'Answers to rows, in any order. The last is an error if a row has failed.',
    content: {
      [DELIMITED]: component('Acknowledgement'),
      [JSON_TYPE]: { type: 'array', items: component('Acknowledgement') },
    },
  },
}

/**
 * HTTP/1.1 carries a whole request, then its answer: enough for a batch of known length whose answers are few, which is all that a browser can
 * send. Other requests are refused, as ksqlDB refuses them.
 */
const http2Only = () => new RequestError('HTTP2_ONLY', 'This endpoint is only available when using HTTP2')

/** A scope of its own, because its bodies are read line by line. */
export function insertsStreamRoute(app: FastifyInstance, context: ServerContext): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
    scope.post<{ Body: Readable }>('/inserts-stream', { schema: { operation } }, async (request, reply) => {
      const isTwoWay = request.raw.httpVersionMajor >= 2
      if (!isTwoWay && request.headers['content-length'] === undefined) throw http2Only()
      const contentType = chooseType(request.headers.accept, [DELIMITED, JSON_TYPE])
      await takeRows(context, request.body, (target) => {
        if (!isTwoWay && !isCumulative(target)) throw http2Only()
        reply.hijack()
        return acksFor(target, new ResponseStream(reply.raw), contentType)
      })
      return reply
    })
  })
}

/**
 * Inserts the rows of `body`; `begin` begins the answer, once the target is known to be good. A server that stops reads no further, and
 * answers the rows that it has read.
 */
async function takeRows(
  { lifecycle, maxBodyBytes }: ServerContext,
  body: Readable,
  begin: (target: InsertsTarget) => InsertAcks,
): Promise<void> {
  const reading = new AbortController()
  const source = { close: async () => reading.abort(shuttingDown()) }
  const insertAll = async () => {
    const batches = readLines(chunksUntil(body, reading.signal), maxBodyBytes)
    const [first, ...rest] = (await batches.next()).value ?? []
    reading.signal.throwIfAborted()
    const target = readTarget(first)
    const { properties = {} } = target
    const insert = await lifecycle.engine.openInserts(target.target, { properties, records: recordOptions(target) })
    const acks = begin(target)
    await insertRows(startingWith(rest, batches), insert, acks, reading)
    await acks.end()
  }
  await lifecycle.during(() => lifecycle.streaming(source, insertAll))
}

function readTarget(line: string | undefined): InsertsTarget {
  if (line === undefined) {
    throw new RequestError('BAD_REQUEST', 'The first line must be {"target": "name of a stream or table"}')
  }
  return readBody(parseBody(line), insertsTarget)
}

const isCumulative = ({ acknowledge }: InsertsTarget): boolean => acknowledge?.toUpperCase() === 'CUMULATIVE'

const acksFor = (target: InsertsTarget, response: ResponseStream, contentType: string): InsertAcks =>
  isCumulative(target)
    ? new CumulativeAcks(response, { continues: target.onError?.toUpperCase() === 'CONTINUE' })
    : new AckWriter(response, contentType)

const recordOptions = ({ partition, headers, tombstones }: InsertsTarget): InsertRecordOptions => ({
  partition: partition ?? null,
  headers: Object.entries(headers ?? {}).map(([key, value]) => ({ key, value: Buffer.from(value) })),
  tombstones: tombstones ?? false,
})

async function* startingWith<T>(first: T[], others: AsyncIterable<readonly T[]>): AsyncGenerator<readonly T[]> {
  if (first.length > 0) yield first
  yield* others
}
