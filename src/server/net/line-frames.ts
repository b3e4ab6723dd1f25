/**
 * Lines of HTTP/2 responses in DATA frames of their own. Node makes one frame of all that is written to a stream in a turn of the event loop,
 * so that a frame for each of many lines would cost a turn and a call of the system each. Here frames are cut on their way to the socket:
 * a sender may cut a payload into frames as it likes, and windows count the bytes of payloads alone (RFC 9113 6.1, 6.9.1).
 */
import { constants, type Http2Session, type Http2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import type { Scheduled, Timer } from '../../clock.ts'
import {
  DATA,
  dataFrame,
  END_STREAM,
  FRAME_HEADER_BYTES,
  HEADERS,
  PADDED,
  payloadLength,
  RST_STREAM,
} from './http2-frames.ts'

const NEWLINE = 10

/**
 * Cuts DATA frames of chosen streams behind each newline; all other bytes stay. Frames may come in pieces of any size. A line that the client's
 * window has cut in two is held back until its end comes, or `release` is called. A stream is cut until a frame ends it.
 */
export class FrameCutter {
  /** By the ids of the streams that are cut: the beginning of a line that is held back; empty: none. */
  readonly #streams = new Map<number, Buffer>()
  readonly #header = Buffer.alloc(FRAME_HEADER_BYTES)
  #headerBytes = 0
  /** Bytes of the frame's payload that are still to come. */
  #left = 0
  /** The payload so far, of a frame that is cut; null: the frame passes as it is. */
  #payload: Buffer[] | null = null

  add(id: number): void {
    this.#streams.set(id, NO_BYTES)
  }

  delete(id: number): void {
    this.#streams.delete(id)
  }

  /** Whether a line is held back. */
  get holds(): boolean {
    for (const held of this.#streams.values()) if (held.length > 0) return true
    return false
  }

  /** Appends to `out` what is to be sent for `bytes`. */
  take(bytes: Buffer, out: Buffer[]): void {
    let at = 0
    while (at < bytes.length) {
      const end = Math.min(bytes.length, at + (this.#left > 0 ? this.#left : FRAME_HEADER_BYTES - this.#headerBytes))
      if (this.#left > 0) this.#takePayload(bytes.subarray(at, end), out)
      else this.#takeHeader(bytes, { from: at, to: end }, out)
      at = end
    }
  }

  /** Appends the lines that are held back, unless a frame is under way. */
  release(out: Buffer[]): void {
    if (this.#left > 0 || this.#headerBytes > 0) return
    for (const [id, held] of this.#streams) {
      if (held.length === 0) continue
      out.push(dataFrame(id, held))
      this.#streams.set(id, NO_BYTES)
    }
  }

  #takeHeader(bytes: Buffer, { from, to }: { readonly from: number; readonly to: number }, out: Buffer[]): void {
    bytes.copy(this.#header, this.#headerBytes, from, to)
    this.#headerBytes += to - from
    if (this.#headerBytes < FRAME_HEADER_BYTES) return
    this.#headerBytes = 0
    this.#left = payloadLength(this.#header, 0)
    const isCut = this.#streams.has(this.#id) && this.#header[3] === DATA && (this.#header[4]! & PADDED) === 0
    this.#payload = isCut ? [] : null
    if (!isCut) this.#pass(out)
    else if (this.#left === 0) this.#cut(NO_BYTES, out)
  }

  /** The header of a frame that stays whole. What its stream holds back comes before it, unless the stream is reset. */
  #pass(out: Buffer[]): void {
    const id = this.#id
    const type = this.#header[3]
    const held = this.#streams.get(id)
    if (held !== undefined && (type === DATA || type === HEADERS)) {
      if (held.length > 0) out.push(dataFrame(id, held))
      this.#streams.set(id, NO_BYTES)
    }
    if (type === RST_STREAM || this.#endsStream) this.#streams.delete(id)
    out.push(Buffer.from(this.#header))
  }

  #takePayload(bytes: Buffer, out: Buffer[]): void {
    this.#left -= bytes.length
    if (this.#payload === null) {
      out.push(bytes)
      return
    }
    this.#payload.push(bytes)
    if (this.#left === 0) this.#cut(this.#payload.length === 1 ? bytes : Buffer.concat(this.#payload), out)
  }

  #cut(payload: Buffer, out: Buffer[]): void {
    const id = this.#id
    const held = this.#streams.get(id) ?? NO_BYTES
    const all = held.length === 0 ? payload : Buffer.concat([held, payload])
    const isEnd = this.#endsStream || !this.#streams.has(id)
    // What has no newline is longer than the window, which has to move.
    const end = isEnd ? all.length : all.lastIndexOf(NEWLINE) + 1 || all.length
    if (isEnd) this.#streams.delete(id)
    else this.#streams.set(id, all.subarray(end))
    out.push(end === 0 ? Buffer.from(this.#header) : cutLines(all.subarray(0, end), this.#header))
  }

  get #endsStream(): boolean {
    const type = this.#header[3]
    return (type === DATA || type === HEADERS) && (this.#header[4]! & END_STREAM) !== 0
  }

  get #id(): number {
    return this.#header.readUInt32BE(5)
  }
}

const NO_BYTES = Buffer.alloc(0)

/** A frame for each line of the payload, and for what follows the last newline. `header`: of the whole; its END_STREAM is the last one's. */
function cutLines(payload: Buffer, header: Buffer): Buffer {
  const { length } = payload
  const frames = Buffer.allocUnsafe(length + countLines(payload) * FRAME_HEADER_BYTES)
  const flags = header[4]!
  let position = 0
  for (let start = 0; start < length; ) {
    const headerAt = position
    position += FRAME_HEADER_BYTES
    // Lines are short: a loop takes less time than calls of `indexOf` and `copy`.
    let at = start
    for (let byte = -1; at < length && byte !== NEWLINE; ) {
      byte = payload[at++]!
      frames[position++] = byte
    }
    const size = at - start
    frames[headerAt] = size >>> 16
    frames[headerAt + 1] = size >>> 8
    frames[headerAt + 2] = size
    frames[headerAt + 3] = DATA
    frames[headerAt + 4] = at === length ? flags : flags & ~END_STREAM
    for (let i = 5; i < FRAME_HEADER_BYTES; i++) frames[headerAt + i] = header[i]!
    start = at
  }
  return frames
}

function countLines(payload: Buffer): number {
  let count = 0
  for (const byte of payload) if (byte === NEWLINE) count++
  return payload[payload.length - 1] === NEWLINE ? count : count + 1
}

/** Time until the beginning of a line leaves without its end: a client may move its window only when it has read all of it. */
const HOLD_MS = 200

/** A connection whose outgoing frames pass through JavaScript, which costs each request some microseconds. */
export class LineFramedSocket extends Duplex {
  readonly #socket: Socket
  readonly #timer: Timer
  readonly #cutter = new FrameCutter()
  #release: Scheduled | null = null

  constructor(socket: Socket, timer: Timer) {
    super({ allowHalfOpen: false })
    this.#socket = socket
    this.#timer = timer
    socket.on('data', (bytes) => {
      if (!this.push(bytes)) socket.pause()
    })
    socket.on('end', () => this.push(null))
    socket.on('error', (error) => this.destroy(error))
    socket.on('close', () => this.destroy())
  }

  /** Cuts the frames of the stream until it ends. Its last frames may still be on their way when it is closed; one that was reset sends none. */
  cut(id: number, stream: Http2Stream): void {
    this.#cutter.add(id)
    stream.once('close', () => {
      if (stream.aborted || stream.rstCode !== constants.NGHTTP2_NO_ERROR) this.#cutter.delete(id)
    })
  }

  override _read(): void {
    this.#socket.resume()
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#send([bytes], done)
  }

  override _writev(chunks: { readonly chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#send(
      chunks.map(({ chunk }) => chunk),
      done,
    )
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(() => done())
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#release?.cancel()
    this.#socket.destroy()
    done(error)
  }

  #send(chunks: readonly Buffer[], done: (error?: Error | null) => void): void {
    const out: Buffer[] = []
    for (const chunk of chunks) this.#cutter.take(chunk, out)
    if (this.#release === null && this.#cutter.holds) {
      this.#release = this.#timer.after(HOLD_MS, () => this.#releaseLines(), { background: true })
    }
    if (out.length === 0) done()
    else this.#socket.write(out.length === 1 ? out[0]! : Buffer.concat(out), done)
  }

  #releaseLines(): void {
    this.#release = null
    const out: Buffer[] = []
    this.#cutter.release(out)
    if (out.length > 0) this.#socket.write(Buffer.concat(out))
  }
}

const SOCKETS = new WeakMap<Http2Session, LineFramedSocket>()

/** Notes that the session's connection is `socket`. */
export const noteLineFrames = (session: Http2Session, socket: LineFramedSocket): void =>
  void SOCKETS.set(session, socket)

/** The connection of the session, if it can cut frames. */
export const lineFramesOf = (session: Http2Session | undefined): LineFramedSocket | undefined =>
  session === undefined ? undefined : SOCKETS.get(session)

const INSERTS_PATH = '/inserts-stream'
/** The value of `:path` in a header block, plain and in Huffman's code, each behind its length (RFC 7541 5.2). */
const PATH_VALUES = [
  Buffer.concat([Buffer.of(INSERTS_PATH.length), Buffer.from(INSERTS_PATH)]),
  Buffer.from('8b60d520b6250b21361474ff', 'hex'),
]

/** Whether the first request of a connection that begins with these bytes inserts rows. False is always safe. */
export const beginsWithInserts = (bytes: Buffer): boolean => PATH_VALUES.some((value) => bytes.includes(value))
