/** Queries over websockets: a message with the columns, one for each row, and one at the end. */
import type { WebSocket } from 'ws'
import type { LineStream, RowStream, StreamEnd } from '../engine/api.ts'
import { schemaInfo } from '../engine/describe/schema-info.ts'
import type { QueryRequest } from '../engine/requests.ts'
import { ERRORS, RequestError } from '../errors.ts'
import type { JsonRows } from '../types/row-json.ts'
import type { ServerContext } from './context.ts'
import { type ErrorAnswer, errorAnswer, isServerFault, logFault } from './error-answer.ts'
import type { Lifecycle } from './lifecycle.ts'
import { parseBody, readBody } from './request-body.ts'
import { ksqlBody } from './routes/ksql.ts'
import { STREAMED_ROW, streamedRowWriter } from './row-formats.ts'

/** Close codes of RFC 6455 7.4.1. */
const NORMAL = 1000
export const GOING_AWAY = 1001
const BAD_REQUEST = 1003
const SERVER_ERROR = 1011
const TRY_AGAIN_LATER = 1013

export interface WebSocketRequest {
  /** JSON, as a body of /query. */
  readonly text: string | null
  /** The client's credentials, as in the header `Authorization`. */
  readonly authorization: string | undefined
}

/** Sends the answer to one query, and closes the connection. Resolves when the query has ended and the client has been sent its end. */
export const sendOverWebSocket = (
  context: ServerContext,
  client: WebSocket,
  request: WebSocketRequest,
): Promise<void> =>
  answer(context, client, request, {
    done: async () => {
      await sendFrames(client, [DONE])
      client.close(NORMAL, 'done')
    },
    failed: async (fault) => closeWith(client, fault),
  })

/**
 * Sends the answer to one of the queries of a connection, which stays open: a request that is refused, and a query that fails, is answered with a message that
 * has the error's code. Resolves when the client has been sent its end.
 */
export const answerOverWebSocket = (
  context: ServerContext,
  client: WebSocket,
  request: WebSocketRequest,
): Promise<void> =>
  answer(context, client, request, {
    done: () => sendFrames(client, [DONE]),
    failed: ({ body: { error_code, message } }) => sendFrames(client, [JSON.stringify({ error: message, error_code })]),
  })

const DONE = '{"error":"done"}'

/** How an answer ends. */
interface AnswerEnds {
  readonly done: () => Promise<void>
  readonly failed: (fault: ErrorAnswer) => Promise<void>
}

async function answer(
  { lifecycle, log, counts, timer }: ServerContext,
  client: WebSocket,
  request: WebSocketRequest,
  ends: AnswerEnds,
): Promise<void> {
  const startedAt = timer.elapsed()
  try {
    const stream = await lifecycle.engine.openQuery(readQuery(request))
    const end = await lifecycle.streaming(stream, async (open) => {
      const sent = await sendMessages(open, client, lifecycle)
      if (sent?.reason === 'error') await ends.failed(errorAnswer(sent.error))
      else if (sent !== null) await ends.done()
      return sent
    })
    counts.query(stream.kind, (timer.elapsed() - startedAt) / 1000)
    if (end !== null) logFault(end, stream.queryId, log)
  } catch (error) {
    const fault = errorAnswer(error)
    if (isServerFault(fault)) log.error({ err: error }, 'websocket query failed')
    await ends.failed(fault)
  }
}

function readQuery({ text, authorization }: WebSocketRequest): QueryRequest {
  if (text === null) throw new RequestError('BAD_REQUEST', 'missing request parameter')
  const { ksql, streamsProperties, sessionVariables } = readBody(parseBody(text), ksqlBody)
  return { sql: ksql, properties: streamsProperties ?? {}, variables: sessionVariables ?? {}, authorization }
}

/** Columns and rows. Resolves to how the query ended; null: the client was gone before the first row. */
async function sendMessages(
  stream: RowStream | LineStream,
  client: WebSocket,
  lifecycle: Lifecycle,
): Promise<StreamEnd | null> {
  if (client.readyState !== client.OPEN) {
    await stream.close()
    return null
  }
  const close = () => void stream.close()
  client.once('close', close)
  const end = stream.kind === 'print' ? await sendLines(stream, client) : await sendRows(stream, client)
  client.off('close', close)
  return lifecycle.endFor(end)
}

async function sendRows(stream: RowStream, client: WebSocket): Promise<StreamEnd> {
  const fields = stream.columns.map(({ name, type }) => ({
    name,
    schema: schemaInfo(type),
    ...(stream.keyColumns.includes(name) && { type: 'KEY' }),
  }))
  await sendFrames(client, [JSON.stringify(fields)])
  const { subscribeJson } = stream
  if (subscribeJson !== undefined) {
    const { before, after } = STREAMED_ROW
    const frames = (batches: readonly JsonRows[]) =>
      batches.flatMap(({ text }) => text.split('\n').map((row) => `${before}${row}${after}`))
    return new Promise((resolve) =>
      subscribeJson({ onItems: (batches) => sendFrames(client, frames(batches)), onEnd: resolve }),
    )
  }
  const write = streamedRowWriter(stream)
  return new Promise((resolve) =>
    stream.subscribe({ onItems: (rows) => sendFrames(client, rows.map(write)), onEnd: resolve }),
  )
}

function sendLines(stream: LineStream, client: WebSocket): Promise<StreamEnd> {
  return new Promise((resolve) => stream.subscribe({ onItems: (lines) => sendFrames(client, lines), onEnd: resolve }))
}

/** Resolves when the connection has taken the last frame, or has gone. */
function sendFrames(client: WebSocket, texts: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    if (client.readyState !== client.OPEN || texts.length === 0) return resolve()
    for (const text of texts.slice(0, -1)) client.send(text)
    client.send(texts.at(-1)!, () => resolve())
  })
}

function closeWith(client: WebSocket, { status, body }: ErrorAnswer): void {
  if (client.readyState !== client.OPEN) return
  client.send(JSON.stringify({ error: body.message }))
  client.close(closeCode(status, body.error_code), shortened(body.message))
}

function closeCode(status: number, code: number): number {
  if (code === ERRORS.SHUTTING_DOWN.errorCode || code === ERRORS.SHUT_DOWN.errorCode) return GOING_AWAY
  if (status === ERRORS.SHUTTING_DOWN.status || code === ERRORS.RATE_LIMITED.errorCode) return TRY_AGAIN_LATER
  return status < 500 ? BAD_REQUEST : SERVER_ERROR
}

/** A reason may have 123 bytes (RFC 6455 5.5); what a cut leaves of a character goes too. */
function shortened(reason: string): string {
  const bytes = Buffer.from(reason)
  if (bytes.length <= 123) return reason
  return bytes
    .subarray(0, 123)
    .toString('utf8')
    .replace(/\uFFFD+$/, '')
}
