/** POST /inserts-stream (HTTP/2): a line that names the target, then a line per row; an answer per row. */
import type { FastifyInstance } from 'fastify'
import type { InsertRecordOptions } from '../../engine/api.ts'
import { RequestError } from '../../errors.ts'
import type { ServerContext } from '../context.ts'
import { CumulativeAcks } from '../cumulative-acks.ts'
import { AckWriter } from '../insert-acks.ts'
import { insertRows } from '../insert-rows.ts'
import { readLines } from '../line-reader.ts'
import { chooseType, DELIMITED, JSON_TYPE } from '../media-types.ts'
import { parseBody, readBody } from '../request-body.ts'
import { ResponseStream } from '../response-stream.ts'
import { type InsertsTarget, insertsTarget } from '../schemas.ts'

/** An app of its own, because its bodies are read line by line. */
export async function insertsStreamRoute(app: FastifyInstance, context: ServerContext): Promise<void> {
  const { lifecycle, maxBodyBytes } = context
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  app.post<{ Body: AsyncIterable<Buffer> }>('/inserts-stream', async (request, reply) => {
    if (request.raw.httpVersionMajor < 2) {
      throw new RequestError('HTTP2_ONLY', 'This endpoint is only available when using HTTP2')
    }
    const contentType = chooseType(request.headers.accept, [DELIMITED, JSON_TYPE])
    await lifecycle.during(async () => {
      const batches = readLines(request.body, maxBodyBytes)
      const [first, ...rest] = (await batches.next()).value ?? []
      const { target, properties = {}, ...inserts } = readTarget(first)
      const insert = await lifecycle.engine.openInserts(target, { properties, records: recordOptions(inserts) })
      reply.hijack()
      const response = new ResponseStream(reply.raw)
      const acks =
        inserts.acknowledge?.toUpperCase() === 'CUMULATIVE'
          ? new CumulativeAcks(response, { continues: inserts.onError?.toUpperCase() === 'CONTINUE' })
          : new AckWriter(response, contentType)
      await insertRows(startingWith(rest, batches), insert, acks)
      await acks.end()
    })
    return reply
  })
}

function readTarget(line: string | undefined): InsertsTarget {
  if (line === undefined)
    throw new RequestError('BAD_REQUEST', 'The first line must be {"target": "name of a stream or table"}')
  return readBody(parseBody(line), insertsTarget) as unknown as InsertsTarget
}

const recordOptions = ({ partition, headers, tombstones }: Omit<InsertsTarget, 'target'>): InsertRecordOptions => ({
  partition: partition ?? null,
  headers: Object.entries(headers ?? {}).map(([key, value]) => ({ key, value: Buffer.from(value) })),
  tombstones: tombstones ?? false,
})

async function* startingWith<T>(first: T[], others: AsyncIterable<readonly T[]>): AsyncGenerator<readonly T[]> {
  if (first.length > 0) yield first
  yield* others
}
