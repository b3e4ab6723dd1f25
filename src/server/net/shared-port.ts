/**
 * One port for HTTP/1.1 and cleartext HTTP/2 (RFC 9113 3.3, prior knowledge): the first bytes of a connection tell which. Node's http2
 * server does not fall back to HTTP/1.1 without TLS.
 */
import { createServer, type Server, type Socket } from 'node:net'

/** How every HTTP/2 connection begins, and no HTTP/1.1 request does (RFC 9113 3.4). */
const HTTP2_MARK = Buffer.from('PRI ')

export interface Protocols {
  readonly http1: (socket: Socket) => void
  readonly http2: (socket: Socket) => void
}

/** A server that hands each connection on. One that says nothing for `firstBytesMs` is dropped. */
export function createSharedPort(protocols: Protocols, firstBytesMs: number): Server {
  return createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 }, (socket) => {
    const silence = setTimeout(() => socket.destroy(), firstBytesMs)
    const drop = () => socket.destroy()
    socket.on('error', drop)
    socket.once('close', () => clearTimeout(silence))
    const handOn = (protocol: keyof Protocols) => {
      clearTimeout(silence)
      socket.off('error', drop)
      protocols[protocol](socket)
    }
    peek(socket, handOn)
  })
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

/** Too few bytes to tell: they are taken back out, joined with the next, and looked at again. */
function awaitMore(socket: Socket, seen: Buffer, look: () => void): void {
  socket.read()
  socket.once('readable', () => {
    const next: Buffer | null = socket.read()
    socket.unshift(next === null ? seen : Buffer.concat([seen, next]))
    if (next === null) return
    look()
  })
}
