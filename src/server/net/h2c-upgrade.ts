/**
 * HTTP/1.1 connections that turn into HTTP/2 by `Upgrade: h2c` (RFC 7540 3.2). The request with that header becomes stream 1. Node has no
 * way to open such a stream, so the frames that a client would have sent for it are put between the client's first SETTINGS and the frames
 * that follow.
 */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { dataFrames, FRAME_HEADER_BYTES, headersFrames, PREFACE_BYTES, payloadLength } from './http2-frames.ts'

/** A server's window of a new stream; a longer body could not have been sent yet (RFC 9113 6.9.2). */
const MAX_BODY_BYTES = 65_535

/** Whether a request is for HTTP/2 and can switch to it; another is answered over HTTP/1.1, as the RFC allows. */
export function asksForHttp2({ headers }: IncomingMessage): boolean {
  if (headers.upgrade?.toLowerCase() !== 'h2c' || headers['http2-settings'] === undefined) return false
  if (headers['transfer-encoding'] !== undefined) return false
  return Number(headers['content-length'] ?? 0) <= MAX_BODY_BYTES
}

/** Switches protocols and passes the connection on, with stream 1 about to be read from it. */
export async function upgradeToHttp2(
  request: IncomingMessage,
  socket: Socket,
  http2: (socket: Socket) => void,
): Promise<void> {
  const body = Buffer.concat((await request.toArray()) as Buffer[])
  socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n')
  const { opening, rest } = await readOpening(socket)
  const stream = [...headersFrames(headersOf(request), { endsStream: body.length === 0 }), ...dataFrames(body)]
  socket.unshift(Buffer.concat([opening, ...stream, rest]))
  http2(socket)
}

/** The client's preface and its first frame, which must be SETTINGS (RFC 9113 3.4), and the bytes that came after them. */
function readOpening(socket: Socket): Promise<{ opening: Buffer; rest: Buffer }> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0)
    const gone = () => reject(new Error('The client left while it switched to HTTP/2'))
    const read = () => {
      for (let chunk: Buffer | null = socket.read(); chunk !== null; chunk = socket.read()) {
        received = Buffer.concat([received, chunk])
      }
      const length = openingLength(received)
      if (length === null) return
      socket.off('readable', read)
      socket.off('close', gone)
      resolve({ opening: received.subarray(0, length), rest: received.subarray(length) })
    }
    socket.once('close', gone)
    socket.on('readable', read)
    read()
  })
}

/** Length of the preface with the first frame; null: more bytes are to come. */
function openingLength(received: Buffer): number | null {
  if (received.length < PREFACE_BYTES + FRAME_HEADER_BYTES) return null
  const length = PREFACE_BYTES + FRAME_HEADER_BYTES + payloadLength(received, PREFACE_BYTES)
  return received.length < length ? null : length
}

/** Headers of the connection, not of the request. */
const HOP_BY_HOP = new Set(['connection', 'upgrade', 'http2-settings', 'host', 'keep-alive', 'proxy-connection', 'te'])

function headersOf(request: IncomingMessage): [string, string][] {
  const pseudo: [string, string][] = [
    [':method', request.method ?? 'GET'],
    [':scheme', 'http'],
    [':authority', request.headers.host ?? ''],
    [':path', request.url ?? '/'],
  ]
  const ordinary = Object.entries(request.headers)
    .filter(([name]) => !HOP_BY_HOP.has(name))
    .map(([name, value]): [string, string] => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')])
  return [...pseudo, ...ordinary]
}
