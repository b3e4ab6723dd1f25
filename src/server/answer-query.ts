/** What /query and /query-stream have in common: they open the query, choose the form of the answer, and send its rows. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { LineStream, RowStream, StreamEnd } from '../engine/api.ts'
import type { QueryRequest } from '../engine/requests.ts'
import { RequestError } from '../errors.ts'
import type { ServerContext } from './context.ts'
import { logFault } from './error-answer.ts'
import { chooseType, DELIMITED } from './media-types.ts'
import { ResponseStream } from './response-stream.ts'
import { rowFormat } from './row-formats.ts'
import { type Delivery, sendLines, sendRows } from './send-query.ts'

export interface QueryAnswer {
  readonly query: QueryRequest
  readonly endpoint: '/query' | '/query-stream'
  /** Content types, the default first. */
  readonly types: readonly [string, ...string[]]
}

/** Resolves when the query has ended. Throws what `openQuery` throws, and then nothing has been sent. */
export async function answerQuery(
  { lifecycle, log, counts, timer }: ServerContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { query, endpoint, types }: QueryAnswer,
): Promise<void> {
  const contentType = chooseType(request.headers.accept, types)
  const startedAt = timer.elapsed()
  await lifecycle.during(async () => {
    const stream = await lifecycle.engine.openQuery(query)
    if (endpoint === '/query-stream') await checkPrintable(stream, contentType)
    reply.hijack()
    const delivery: Delivery = { response: new ResponseStream(reply.raw), lifecycle, timer }
    const end = await lifecycle.streaming(stream, (open) => send(open, delivery, contentType, endpoint))
    const seconds = (timer.elapsed() - startedAt) / 1000
    counts.query(stream.kind, seconds)
    log.debug({ queryId: stream.queryId, kind: stream.kind, end: end.reason, ms: Math.round(seconds * 1000) }, 'query')
    logFault(end, stream.queryId, log)
  })
}

function send(
  stream: RowStream | LineStream,
  delivery: Delivery,
  contentType: string,
  endpoint: QueryAnswer['endpoint'],
): Promise<StreamEnd> {
  if (stream.kind === 'print') return sendLines(stream, contentType, delivery)
  return sendRows(stream, rowFormat(contentType, endpoint, stream), delivery)
}

/** PRINT answers with lines of text, which on /query-stream only the delimited type can be. Throws a RequestError for another. */
async function checkPrintable(stream: RowStream | LineStream, contentType: string): Promise<void> {
  if (stream.kind !== 'print' || contentType === DELIMITED) return
  await stream.close()
  throw new RequestError('NOT_ACCEPTABLE', `PRINT on /query-stream answers with ${DELIMITED} only.`)
}
