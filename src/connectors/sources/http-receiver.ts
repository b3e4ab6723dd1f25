/** The HTTP port of a source: bodies with a bound, credentials, and answers when the records are stored. */
import { timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { SourceContext, SourceRecord, SourceTask } from '../connector.ts'
import type { OptionDeclaration } from '../options.ts'
import type { Inbox } from './inbox.ts'
import { LISTEN_OPTIONS, listenTls } from './listen-options.ts'
import { closer, inboxOf, listening } from './listening.ts'

export const RECEIVER_OPTIONS: readonly OptionDeclaration[] = [
  ...LISTEN_OPTIONS,
  {
    name: 'max.body.bytes',
    type: 'number',
    default: '10485760',
    least: 1,
    most: 268_435_456,
    description: 'Maximum size of a body, before and after decompression. A longer one is refused with 413.',
  },
]

export interface ReceivedRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

export interface ReceiverAnswer {
  readonly status: number
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

/** What a request means: an answer at once, or records with the answer for when they are stored. */
export type Receipt =
  | { readonly answer: ReceiverAnswer }
  | { readonly records: readonly SourceRecord[]; readonly stored: ReceiverAnswer }

export interface Protocol {
  receive(request: ReceivedRequest): Receipt
  /** There is no room: the sender is to come again. */
  readonly busy: ReceiverAnswer
  /** The records could not be stored. */
  readonly failed: ReceiverAnswer
  /** The body is longer than allowed. */
  readonly tooLarge: ReceiverAnswer
}

const decompress = promisify(gunzip)

class TooLargeError extends Error {}

/** Opens the port. Rejects if it is taken. */
export async function openReceiver(context: SourceContext, protocol: Protocol): Promise<SourceTask> {
  const { options } = context
  const inbox = inboxOf(context)
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    void answerOf(request, { inbox, protocol, mostBytes: options.number('max.body.bytes') }).then((answer) => {
      if (response.destroyed) return
      response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers }).end(answer.body)
    })
  }
  const tls = listenTls(context)
  const server: Server = tls === null ? createServer(handle) : createTlsServer(tls, handle)
  const close = closer(server)
  server.listen(options.number('port'), options.text('host'))
  await listening(server, inbox)
  return {
    poll: () => inbox.poll(),
    async close() {
      inbox.close()
      await close()
    },
  }
}

interface Receiving {
  readonly inbox: Inbox
  readonly protocol: Protocol
  readonly mostBytes: number
}

async function answerOf(request: IncomingMessage, { inbox, protocol, mostBytes }: Receiving): Promise<ReceiverAnswer> {
  try {
    if (inbox.isFull) return protocol.busy
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://receiver')
    const receipt = protocol.receive({
      method: request.method ?? 'GET',
      path: pathname,
      query: searchParams,
      headers: request.headers,
      body: await bodyOf(request, mostBytes),
    })
    if ('answer' in receipt) return receipt.answer
    const stored = inbox.offer(receipt.records)
    if (stored === null) return protocol.busy
    await stored
    return receipt.stored
  } catch (error) {
    return error instanceof TooLargeError ? protocol.tooLarge : protocol.failed
  }
}

async function bodyOf(request: IncomingMessage, mostBytes: number): Promise<Buffer> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length
    if (length > mostBytes) throw new TooLargeError()
    parts.push(part)
  }
  const bytes = Buffer.concat(parts)
  if (request.headers['content-encoding'] !== 'gzip') return bytes
  try {
    return await decompress(bytes, { maxOutputLength: mostBytes })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw new TooLargeError()
    throw error
  }
}

/** The lines of a body that are not empty. */
export const linesOf = (body: Buffer): string[] =>
  body
    .toString()
    .split(/\r?\n/)
    .filter((line) => line !== '')

/** Whether two texts are equal, in a time that does not say where they differ. */
export function isSameSecret(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)]
  return a.length === b.length && timingSafeEqual(a, b)
}
