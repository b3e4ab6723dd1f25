// Requests of tests over real sockets, as plain as can be.

import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2'
import { connect as connectSocket } from 'node:net'
import { dataFrames, FRAME_HEADER_BYTES, headersFrames, payloadLength } from '../../src/server/net/http2-frames.ts'

export interface Frames {
  readonly stream: ClientHttp2Stream
  readonly session: ClientHttp2Session
  /** Status of the answer. */
  readonly status: Promise<number>
  /** DATA frames as they came. */
  readonly frames: string[]
  /** Resolves when `count` frames have come. */
  until(count: number): Promise<void>
  /** Resolves at the end of the answer. */
  readonly ended: Promise<void>
}

/** One request over HTTP/2 with prior knowledge, without a content type. `body` null: the request stays open for writing. */
export function openHttp2(
  url: string,
  path: string,
  body: string | null,
  headers: Record<string, string> = {},
): Frames {
  const session = connect(url)
  const stream = session.request({ ':method': 'POST', ':path': path, ...headers })
  const frames: string[] = []
  let check: () => void = () => {}
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    frames.push(text)
    check()
  })
  const status = new Promise<number>((resolve, reject) => {
    stream.once('response', (answer) => resolve(Number(answer[':status'])))
    stream.once('error', reject)
    session.once('error', reject)
  })
  status.catch(() => {})
  const ended = new Promise<void>((resolve) => {
    stream.once('close', () => {
      session.close()
      resolve()
    })
  })
  if (body !== null) stream.end(body)
  const until = (count: number) =>
    new Promise<void>((resolve) => {
      check = () => frames.length >= count && resolve()
      check()
    })
  return { stream, session, status, frames, until, ended }
}

/** The whole answer, as text, to `request` sent as it is over a plain connection that then stays open until the server closes it. */
export function sendRaw(port: number, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket(port, '127.0.0.1', () => socket.write(request))
    let answer = ''
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      answer += text
    })
    socket.once('close', () => resolve(answer))
    socket.once('error', reject)
  })
}

export interface ReceivedFrame {
  readonly type: 'DATA' | 'HEADERS' | 'RST_STREAM' | 'other'
  readonly endsStream: boolean
}

const FRAME_TYPES: readonly ReceivedFrame['type'][] = ['DATA', 'HEADERS', 'other', 'RST_STREAM']
const SETTINGS_FRAME = Buffer.of(0, 0, 0, 4, 0, 0, 0, 0, 0)

/**
 * Frames of stream 1 in the order in which they arrive, up to the first that ends or resets it. The request has the frame `body`, if given,
 * and then stays open: the client never ends it.
 */
export function answerToOpenRequest(
  port: number,
  headers: readonly (readonly [string, string])[],
  body: string,
): Promise<ReceivedFrame[]> {
  const socket = connectSocket(port, '127.0.0.1')
  const data = body === '' ? [] : dataFrames(Buffer.from(body))
  for (const frame of data) frame.writeUInt8(0, 4)
  socket.write(
    Buffer.concat([
      Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
      SETTINGS_FRAME,
      ...headersFrames(headers, { endsStream: false }),
      ...data,
    ]),
  )
  let received = Buffer.alloc(0)
  const frames: ReceivedFrame[] = []
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.once('close', () => resolve(frames))
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      for (let length = frameLength(received); length <= received.length; length = frameLength(received)) {
        const [type, flags, stream] = [received.readUInt8(3), received.readUInt8(4), received.readUInt32BE(5)]
        received = received.subarray(length)
        if (stream !== 1) continue
        const frame = { type: FRAME_TYPES[type] ?? 'other', endsStream: type <= 1 && (flags & 1) === 1 }
        frames.push(frame)
        if (frame.endsStream || frame.type === 'RST_STREAM') socket.destroy()
      }
    })
  })
}

/** Length of the first frame in `bytes`; infinite while its head has not come. */
const frameLength = (bytes: Buffer): number =>
  bytes.length < FRAME_HEADER_BYTES ? Number.POSITIVE_INFINITY : FRAME_HEADER_BYTES + payloadLength(bytes, 0)
