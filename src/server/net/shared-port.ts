/**
 * One port for HTTP/1.1 and cleartext HTTP/2 (RFC 9113 3.3, prior knowledge): the first bytes of a connection tell which. Node's http2
 * server does not fall back to HTTP/1.1 without TLS.
 */
import { createServer, type Server, type Socket } from 'node:net'
import type { Timer } from '../../clock.ts'

/** How every HTTP/2 connection begins, and no HTTP/1.1 request does (RFC 9113 3.4). */
const HTTP2_MARK = Buffer.from('PRI ')

export interface Protocols {
  readonly http1: (socket: Socket) => void
  readonly http2: (socket: Socket) => void
}

export interface FirstBytes {
  /** How long a connection may stay silent before it is dropped. */
  readonly firstBytesMs: number
  readonly timer: Timer
}

/**
 * A server that passes each connection to the protocol with which it begins. One that has not begun when the server is closed is dropped, since
 * the protocols know nothing of it and cannot close it.
 */
export function createSharedPort(protocols: Protocols, { firstBytesMs, timer }: FirstBytes): Server {
  const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 }, (socket) => {
    const silence = timer.after(firstBytesMs, () => socket.destroy())
    const drop = () => socket.destroy()
    socket.on('error', drop)
    socket.once('close', () => silence.cancel())
    const handOn = (protocol: keyof Protocols) => {
      silence.cancel()
      if (!server.listening) return drop()
      socket.off('error', drop)
      protocols[protocol](socket)
    }
    peek(socket, handOn)
  })
  return server
}

function peek(socket: Socket, decide: (protocol: keyof Protocols) => void): void {
  const look = () => {
    const chunk: Buffer | null = socket.read()
    if (chunk === null) {
      if (!socket.readableEnded) socket.once('readable', look)
      return
    }
    socket.unshift(chunk)
    const start = chunk.subarray(0, HTTP2_MARK.length)
    if (start.equals(HTTP2_MARK)) decide('http2')
    else if (start.length < HTTP2_MARK.length && HTTP2_MARK.indexOf(start) === 0) awaitMore(socket, chunk, look)
    else decide('http1')
  }
  socket.once('readable', look)
}

/** Takes bytes that are too few to tell out again, joins them with the next ones, and looks again. */
function awaitMore(socket: Socket, seen: Buffer, look: () => void): void {
  socket.read()
  socket.once('readable', () => {
    const next: Buffer | null = socket.read()
    socket.unshift(next === null ? seen : Buffer.concat([seen, next]))
    if (next === null) return
    look()
  })
}
