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
  /** Whether the client takes remarks between rows. Default: it does not. */
  readonly takesNotices?: boolean
}

/** Resolves when the query has ended. Throws what `openQuery` throws, and then nothing has been sent. */
export async function answerQuery(
  { lifecycle, log, counts, timer }: ServerContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { query, endpoint, types, takesNotices = false }: QueryAnswer,
): Promise<void> {
  const contentType = chooseType(request.headers.accept, types)
  const startedAt = timer.elapsed()
  await lifecycle.during(async () => {
    const stream = await lifecycle.engine.openQuery(query)
    const form = await formOf(stream, contentType, endpoint)
    reply.hijack()
    const delivery: Delivery = { response: new ResponseStream(reply.raw), lifecycle, timer, takesNotices }
    const end = await lifecycle.streaming(stream, () => form(delivery))
    const seconds = (timer.elapsed() - startedAt) / 1000
    counts.query(stream.kind, seconds)
    log.debug({ queryId: stream.queryId, kind: stream.kind, end: end.reason, ms: Math.round(seconds * 1000) }, 'query')
    logFault(end, stream.queryId, log)
  })
}

/** How the answer to the query is sent. Throws a RequestError where the type cannot be had; the query is then closed. */
async function formOf(
  stream: RowStream | LineStream,
  contentType: string,
  endpoint: QueryAnswer['endpoint'],
): Promise<(delivery: Delivery) => Promise<StreamEnd>> {
  try {
    if (stream.kind === 'print') {
      checkPrintable(contentType, endpoint)
      return (delivery) => sendLines(stream, contentType, delivery)
    }
    const format = rowFormat(contentType, endpoint, stream)
    return (delivery) => sendRows(stream, format, delivery)
  } catch (error) {
    await stream.close()
    throw error
  }
}

/** PRINT answers with lines of text, which on /query-stream only the delimited type can be. Throws a RequestError for another. */
function checkPrintable(contentType: string, endpoint: QueryAnswer['endpoint']): void {
  if (endpoint !== '/query-stream' || contentType === DELIMITED) return
  throw new RequestError('NOT_ACCEPTABLE', `PRINT on /query-stream answers with ${DELIMITED} only.`)
}
