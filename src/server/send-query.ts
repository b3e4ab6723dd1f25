/** Rows and lines of a query on their way into a response. */
import { sleep, type Timer } from '../clock.ts'
import type { LineStream, RowStream, StreamEnd, StreamedRow } from '../engine/api.ts'
import type { JsonRows } from '../types/row-json.ts'
import { errorAnswer } from './error-answer.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { ResponseStream } from './response-stream.ts'
import type { RowFormat } from './row-formats.ts'

export interface Delivery {
  readonly response: ResponseStream
  readonly lifecycle: Lifecycle
  readonly timer: Timer
  /** Whether the client takes remarks between rows, which other clients would stumble over. */
  readonly takesNotices: boolean
}

/** Ends the response when the query ends, and the query when the client leaves. Resolves to how the query ended. */
export function sendRows(stream: RowStream, format: RowFormat, delivery: Delivery): Promise<StreamEnd> {
  return stream.kind === 'pullTable' ? sendAnswer(stream, format, delivery) : sendLive(stream, format, delivery)
}

/** The rows of a pull query on a table: those that fit into memory easily leave together with the headers, since most answers are one row. */
async function sendAnswer(stream: RowStream, format: RowFormat, { response, lifecycle }: Delivery): Promise<StreamEnd> {
  const headers = { 'content-type': format.contentType }
  let isOver = false
  response.onGone(() => {
    if (!isOver) void stream.close()
  })
  let texts = [format.head]
  let chars = format.head.length
  let isOpen = false
  const flush = async (): Promise<void> => {
    if (!isOpen) response.open(200, headers)
    isOpen = true
    const waiting = format.chunkPerRow ? texts : [texts.join('')]
    texts = []
    chars = 0
    for (const text of waiting) await response.write(text)
  }
  const add = (text: string): void => {
    texts.push(text)
    chars += text.length
  }
  const sent = () => (chars < JOINED_CHARS ? undefined : flush())
  const take = (rows: readonly StreamedRow[]): Promise<void> | void => {
    for (const row of rows) {
      const text = format.row(row)
      if (text !== null) add(text)
    }
    return sent()
  }
  const { aroundJson, chunkPerRow } = format
  const takeJson = (batches: readonly JsonRows[]): Promise<void> | void => {
    const { before, after } = aroundJson!
    for (const { count, text } of batches) {
      if (count === 1) add(`${before}${text}${after}`)
      else if (chunkPerRow) for (const row of text.split('\n')) add(`${before}${row}${after}`)
      else if (count > 0) add(`${before}${text.replaceAll('\n', after + before)}${after}`)
    }
    return sent()
  }
  const { subscribeJson } = stream
  const end = lifecycle.endFor(
    subscribeJson === undefined || aroundJson === undefined
      ? await flow(stream, take)
      : await flow({ subscribe: subscribeJson }, takeJson),
  )
  isOver = true
  texts.push(lastText(end, format))
  if (isOpen) {
    await flush()
    response.end()
  } else await response.whole(200, headers, texts, { separate: format.chunkPerRow })
  return end
}

const lastText = (end: StreamEnd, format: RowFormat): string =>
  end.reason === 'error' ? format.error(errorAnswer(end.error).body) : format.tail(end.finalMessage)

/** Rows that may be long in coming: each batch leaves when it is there. */
async function sendLive(stream: RowStream, format: RowFormat, delivery: Delivery): Promise<StreamEnd> {
  const { response, lifecycle } = delivery
  response.onGone(() => void stream.close())
  response.open(200, { 'content-type': format.contentType })
  await response.write(format.head)
  const send = format.chunkPerRow ? sendEach : sendTogether
  let isOver = false
  let sending = Promise.resolve()
  const next = (write: () => Promise<void>) => {
    sending = sending.then(write)
    return sending
  }
  const notices = noticesOf(stream, format, delivery, (text) => void next(() => response.write(text)))
  const end = lifecycle.endFor(
    await flow(stream, (rows: readonly StreamedRow[]) => next(() => send(rows, response, format, () => isOver))),
  )
  isOver = true
  notices.end()
  await lastWrite(sending, delivery)
  response.end(lastText(end, format))
  return end
}

/** Shortest time between two notices to a client about records that could not be read. */
const NOTICE_MS = 1000

/** Writes remarks about records that a push query could not read or process, as their number grows. `end`: writes what is left to tell. */
function noticesOf(
  { recordErrors }: RowStream,
  { notice }: RowFormat,
  { takesNotices, timer }: Delivery,
  write: (text: string) => void,
): { end(): void } {
  if (!takesNotices || recordErrors === undefined || notice === undefined) return { end: () => {} }
  let told = 0
  const tell = () => {
    const { count, last } = recordErrors
    if (count > told) write(notice(noticeText(count, last)))
    told = count
  }
  const telling = timer.every(NOTICE_MS, tell, { background: true })
  return {
    end() {
      telling.cancel()
      tell()
    },
  }
}

const noticeText = (count: number, last: string): string =>
  `${count} ${count === 1 ? 'record' : 'records'} could not be read or processed, the last because of ${last.replace(/\.$/, '')}. See the stream KSQL_PROCESSING_LOG.`

/** For PRINT: each line is a chunk of its own, unchanged. */
export async function sendLines(
  stream: LineStream,
  contentType: string,
  { response, lifecycle }: Delivery,
): Promise<StreamEnd> {
  response.onGone(() => void stream.close())
  response.open(200, { 'content-type': contentType })
  const end = lifecycle.endFor(
    await flow(stream, async (lines: readonly string[]) => {
      for (const line of lines) await response.write(`${line}\n`)
    }),
  )
  response.end(end.reason === 'error' ? `${JSON.stringify(errorAnswer(end.error).body)}\n` : '')
  return end
}

/**
 * Waits for the write under way, since a query may have ended because its client does not read; but cuts a client that never does, and soon
 * where the server stops.
 */
async function lastWrite(sending: Promise<void>, { response, timer, lifecycle }: Delivery): Promise<void> {
  const isWritten = new AbortController()
  const { signal } = isWritten
  const wait = async (): Promise<void> => {
    await sleep(timer, LINGER_MS, { signal: AbortSignal.any([signal, lifecycle.stopping]) })
    if (lifecycle.isStopping) await sleep(timer, STOPPING_LINGER_MS, { signal })
    if (!signal.aborted) response.destroy()
  }
  const waiting = wait()
  await sending.catch(() => {})
  isWritten.abort()
  await waiting
}

const LINGER_MS = 30_000
/** A client that reads has taken its last rows by then. */
const STOPPING_LINGER_MS = 500

function flow<Item>(
  stream: {
    subscribe(subscriber: {
      onItems: (items: readonly Item[]) => Promise<void> | void
      onEnd: (end: StreamEnd) => void
    }): void
  },
  onItems: (items: readonly Item[]) => Promise<void> | void,
): Promise<StreamEnd> {
  return new Promise((resolve) => stream.subscribe({ onItems, onEnd: resolve }))
}

type SendRows = (
  rows: readonly StreamedRow[],
  response: ResponseStream,
  format: RowFormat,
  isOver: () => boolean,
) => Promise<void>

const sendEach: SendRows = async (rows, response, format, isOver) => {
  for (const row of rows) {
    const text = format.row(row)
    if (text !== null) await response.write(text)
    if (response.isGone || isOver()) return
  }
}

/** Texts are joined up to this length, so that a large batch needs no large string. */
const JOINED_CHARS = 64 * 1024

const sendTogether: SendRows = async (rows, response, format, isOver) => {
  let joined = ''
  for (const row of rows) {
    joined += format.row(row) ?? ''
    if (joined.length < JOINED_CHARS) continue
    await response.write(joined)
    if (response.isGone || isOver()) return
    joined = ''
  }
  await response.write(joined)
}
