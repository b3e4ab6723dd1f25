import { once } from 'node:events'
import { connect } from 'node:http2'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect, it } from 'vitest'
import { beginsWithInserts, FrameCutter } from '../../../../src/server/net/line-frames.ts'

const DATA = 0
const HEADERS = 1
const RST_STREAM = 3
const WINDOW_UPDATE = 8
const END_STREAM = 1
const PADDED = 8

interface Frame {
  readonly type: number
  readonly flags: number
  readonly id: number
  readonly text: string
}

function write({ type, flags, id, text }: Frame): Buffer {
  const payload = Buffer.from(text)
  const header = Buffer.alloc(9)
  header.writeUIntBE(payload.length, 0, 3)
  header[3] = type
  header[4] = flags
  header.writeUInt32BE(id, 5)
  return Buffer.concat([header, payload])
}

function readAll(bytes: Buffer): Frame[] {
  const frames: Frame[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = at + 9 + bytes.readUIntBE(at, 3)
    const text = bytes.toString('utf8', at + 9, end)
    frames.push({ type: bytes[at + 3]!, flags: bytes[at + 4]!, id: bytes.readUInt32BE(at + 5), text })
    at = end
  }
  return frames
}

/** What is sent for the frames, which come in pieces of `size` bytes. */
function cut(frames: readonly Frame[], size: number, streams: readonly number[]): Frame[] {
  const cutter = new FrameCutter()
  for (const id of streams) cutter.add(id)
  const bytes = Buffer.concat(frames.map(write))
  const out: Buffer[] = []
  for (let at = 0; at < bytes.length; at += size) cutter.take(bytes.subarray(at, at + size), out)
  return readAll(Buffer.concat(out))
}

const FRAMES: readonly Frame[] = [
  { type: HEADERS, flags: 4, id: 3, text: 'a\nb\n' },
  { type: DATA, flags: 0, id: 3, text: 'one\ntwo\n' },
  { type: DATA, flags: 0, id: 5, text: 'not\ncut\n' },
  { type: DATA, flags: PADDED, id: 3, text: '\u0001pad\nded\u0000' },
  { type: DATA, flags: 0, id: 3, text: 'äöü\n\nhalf a li' },
  { type: DATA, flags: END_STREAM, id: 3, text: 'ne\nlast\n' },
  { type: DATA, flags: END_STREAM, id: 5, text: '' },
]

it.each([1, 2, 7, 9, 10, 64, 10_000])('cuts chosen streams behind each newline, in pieces of %d bytes', (size) => {
  expect(cut(FRAMES, size, [3])).toEqual([
    FRAMES[0],
    { type: DATA, flags: 0, id: 3, text: 'one\n' },
    { type: DATA, flags: 0, id: 3, text: 'two\n' },
    FRAMES[2],
    FRAMES[3],
    { type: DATA, flags: 0, id: 3, text: 'äöü\n' },
    { type: DATA, flags: 0, id: 3, text: '\n' },
    { type: DATA, flags: 0, id: 3, text: 'half a line\n' },
    { type: DATA, flags: END_STREAM, id: 3, text: 'last\n' },
    FRAMES[6],
  ])
})

it('leaves all frames as they are while no stream is chosen', () => {
  expect(cut(FRAMES, 5, [])).toEqual(FRAMES)
})

it('holds back the beginning of a line until its end comes, or it is released', () => {
  const cutter = new FrameCutter()
  cutter.add(1)
  const sent = (text: string, flags = 0) => {
    const out: Buffer[] = []
    cutter.take(write({ type: DATA, flags, id: 1, text }), out)
    return readAll(Buffer.concat(out)).map((frame) => frame.text)
  }
  expect(sent('one\ntw')).toEqual(['one\n'])
  expect(cutter.holds).toBe(true)
  expect(sent('o\nthr')).toEqual(['two\n'])
  const released: Buffer[] = []
  cutter.release(released)
  expect(readAll(Buffer.concat(released))).toEqual([{ type: DATA, flags: 0, id: 1, text: 'thr' }])
  expect(cutter.holds).toBe(false)
  expect(sent('ee\nfour')).toEqual(['ee\n'])
  expect(sent('', END_STREAM)).toEqual(['four'])
})

it('sends what it holds back before trailers and padded frames of the stream, which stay whole', () => {
  const half: Frame = { type: DATA, flags: 0, id: 3, text: 'one\ntw' }
  const padded: Frame = { type: DATA, flags: PADDED, id: 3, text: '\u0001o\nthree\n\u0000' }
  const trailers: Frame = { type: HEADERS, flags: 4 | END_STREAM, id: 3, text: 'trailers' }
  const parts = [
    { ...half, text: 'one\n' },
    { ...half, text: 'tw' },
  ]
  expect(cut([half, padded, half, trailers], 7, [3])).toEqual([...parts, padded, ...parts, trailers])
})

it('holds back the beginning of a line while its window moves', () => {
  const data = (text: string): Frame => ({ type: DATA, flags: 0, id: 3, text })
  const moved: Frame = { type: WINDOW_UPDATE, flags: 0, id: 3, text: 'size' }
  expect(cut([data('zero\no'), moved, data('ne\n')], 100, [3])).toEqual([data('zero\n'), moved, data('one\n')])
})

it('forgets a stream at its end and when it is reset, with what it held back', () => {
  const half: Frame = { type: DATA, flags: 0, id: 3, text: 'one\ntw' }
  const reset: Frame = { type: RST_STREAM, flags: 0, id: 3, text: 'code' }
  const lines: Frame = { type: DATA, flags: 0, id: 3, text: 'a\nb\n' }
  expect(cut([half, reset, lines], 100, [3])).toEqual([{ ...half, text: 'one\n' }, reset, lines])
  const end: Frame = { type: DATA, flags: END_STREAM, id: 3, text: '' }
  expect(cut([end, lines], 100, [3])).toEqual([end, lines])
})

it('passes the rest of a frame whose stream was given up in the middle of it', () => {
  const cutter = new FrameCutter()
  cutter.add(3)
  const bytes = write({ type: DATA, flags: 0, id: 3, text: 'one\ntwo\nthr' })
  const out: Buffer[] = []
  cutter.take(bytes.subarray(0, 12), out)
  cutter.delete(3)
  cutter.take(bytes.subarray(12), out)
  expect(readAll(Buffer.concat(out)).map(({ text }) => text)).toEqual(['one\n', 'two\n', 'thr'])
  expect(cutter.holds).toBe(false)
})

it('lets a line pass that is longer than a frame', () => {
  const long: Frame = { type: DATA, flags: 0, id: 3, text: 'x'.repeat(100) }
  expect(cut([long, long], 50, [3])).toEqual([long, long])
})

it('knows a connection whose first request inserts rows, as an HTTP/2 client writes it', async () => {
  expect(beginsWithInserts(await openingFor('/inserts-stream'))).toBe(true)
  expect(beginsWithInserts(await openingFor('/query-stream'))).toBe(false)
  expect(beginsWithInserts(Buffer.from('\u0004\u000f/inserts-stream'))).toBe(true)
})

/** The first bytes of a connection that requests `path`. */
async function openingFor(path: string): Promise<Buffer> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  session.on('error', () => {})
  session.request({ ':method': 'POST', ':path': path }).on('error', () => {})
  const [socket] = (await once(server, 'connection')) as [Socket]
  const [bytes] = (await once(socket, 'data')) as [Buffer]
  session.destroy()
  socket.destroy()
  server.close()
  return bytes
}
