/** The first bytes of an HTTP/2 connection, up to its first request: many clients send that apart from their preface and settings. */
import type { Socket } from 'node:net'
import type { Timer } from '../../clock.ts'
import { FRAME_HEADER_BYTES, HEADERS, PREFACE_BYTES, payloadLength } from './http2-frames.ts'

/** A client may wait for the server's settings before it sends a request (RFC 9113 3.4): then it waits so much longer. */
const WAIT_MS = 20
/** Settings and the head of a request have less; bytes. */
const MAX_BYTES = 64 << 10

/**
 * Calls `begin` with the bytes up to the end of the first request's head, or with what has arrived when the client has sent none for a while. The bytes are in
 * the socket again by then. No call for a connection that is closed before.
 */
export function awaitFirstRequest(socket: Socket, timer: Timer, begin: (bytes: Buffer) => void): void {
  let seen: Buffer = Buffer.alloc(0)
  const drop = () => socket.destroy()
  const end = () => {
    waiting.cancel()
    socket.off('readable', look)
    socket.off('error', drop)
    socket.off('close', end)
  }
  const decide = () => {
    end()
    if (socket.destroyed) return
    if (seen.length > 0) socket.unshift(seen)
    begin(seen)
  }
  const look = () => {
    for (let bytes: Buffer | null = socket.read(); bytes !== null; bytes = socket.read()) {
      seen = Buffer.concat([seen, bytes])
    }
    if (socket.readableEnded || seen.length > MAX_BYTES || hasFirstRequest(seen)) decide()
  }
  const waiting = timer.after(WAIT_MS, decide, { background: true })
  socket.on('readable', look)
  socket.on('error', drop)
  socket.once('close', end)
  look()
}

/** Whether the bytes from the preface on hold the whole first HEADERS frame. */
export function hasFirstRequest(bytes: Buffer): boolean {
  let at = PREFACE_BYTES
  while (at + FRAME_HEADER_BYTES <= bytes.length) {
    const end = at + FRAME_HEADER_BYTES + payloadLength(bytes, at)
    if (bytes[at + 3] === HEADERS) return end <= bytes.length
    at = end
  }
  return false
}
