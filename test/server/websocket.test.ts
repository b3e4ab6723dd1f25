import { beforeEach, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { RequestError, StatementError } from '../../src/errors.ts'
import { FakeEngine, FakeStream } from '../support/fake-engine.ts'
import { startTestServer, type TestServer } from '../support/test-server.ts'

let engine: FakeEngine
let server: TestServer
let stream: FakeStream

beforeEach(async () => {
  engine = new FakeEngine()
  stream = new FakeStream()
  engine.open = async () => stream
  server = await startTestServer(engine)
  return () => server.close()
})

interface Client {
  readonly socket: WebSocket
  readonly frames: string[]
  readonly closed: Promise<{ code: number; reason: string }>
}

function open(request: string | null, headers: Record<string, string> = {}): Client {
  const query = request === null ? '' : `?request=${encodeURIComponent(request)}&version=1`
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/ws/query${query}`, { headers })
  const frames: string[] = []
  socket.on('message', (data) => frames.push(String(data)))
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.once('close', (code, reason) => resolve({ code, reason: String(reason) })),
  )
  return { socket, frames, closed }
}

const SELECT = '{"ksql":"SELECT * FROM S EMIT CHANGES;"}'

it('sends fields, a frame per row, and the end', async () => {
  const client = open(SELECT)
  await stream.send(['a', 9223372036854775807n], ['b', null])
  await stream.end({ reason: 'limit', finalMessage: 'Limit Reached' })
  expect(await client.closed).toEqual({ code: 1000, reason: 'done' })
  expect(JSON.parse(client.frames[0]!)).toMatchObject([
    { name: 'K', schema: { type: 'STRING', fields: null, memberSchema: null } },
    { name: 'N', schema: { type: 'BIGINT' } },
  ])
  expect(client.frames.slice(1)).toEqual([
    '{"row":{"columns":["a",9223372036854775807]}}',
    '{"row":{"columns":["b",null]}}',
    '{"error":"done"}',
  ])
})

it('marks the key columns of a pull query on a table', async () => {
  stream = new FakeStream('pullTable')
  stream.keyColumns = ['K']
  const client = open(SELECT)
  await stream.end({ reason: 'completed', finalMessage: null })
  await client.closed
  expect(JSON.parse(client.frames[0]!)).toMatchObject([{ name: 'K', type: 'KEY' }, { name: 'N' }])
  expect(JSON.parse(client.frames[0]!)[1]).not.toHaveProperty('type')
})

it('is closed as going away by a server that stops, so that clients connect again', async () => {
  const client = open(SELECT)
  await expect.poll(() => client.frames).toHaveLength(1)
  await server.close()
  expect(await client.closed).toEqual({ code: 1001, reason: 'The server is shutting down. Try again in a moment.' })
})

it('ends the query when the client leaves', async () => {
  const client = open(SELECT)
  await expect.poll(() => client.frames).toHaveLength(1)
  client.socket.terminate()
  await stream.whenClosed
})

it.each([
  [null, 'missing request parameter'],
  ['{', 'Invalid JSON in request: Unexpected end of text at position 1 of JSON text'],
])('refuses request %s', async (request, message) => {
  const client = open(request)
  expect(await client.closed).toEqual({ code: 1003, reason: message })
  expect(client.frames).toEqual([JSON.stringify({ error: message })])
})

it('tells by the close code who must act, and cuts long reasons', async () => {
  engine.open = async () => {
    throw new StatementError('ä'.repeat(100))
  }
  expect(await open(SELECT).closed).toEqual({ code: 1003, reason: 'ä'.repeat(61) })
  engine.open = async () => {
    throw new TypeError('ours')
  }
  expect((await open(SELECT).closed).code).toBe(1011)
  engine.open = async () => {
    throw new RequestError('COMMAND_TIMEOUT', 'later')
  }
  expect(await open(SELECT).closed).toEqual({ code: 1013, reason: 'later' })
  engine.open = async () => stream
  const slow = open(SELECT)
  await stream.send(['a', 1n])
  await stream.end({ reason: 'error', error: new RequestError('RATE_LIMITED', 'too slow') })
  expect(await slow.closed).toEqual({ code: 1013, reason: 'too slow' })
  expect(slow.frames.at(-1)).toBe('{"error":"too slow"}')
})

it('refuses pages of other origins before the handshake', async () => {
  const { socket } = open(SELECT, { origin: 'https://evil.example' })
  const status = await new Promise((resolve) =>
    socket.once('unexpected-response', (_request, { statusCode }) => resolve(statusCode)),
  )
  expect(status).toBe(403)
})

it('is an ordinary missing page to requests that ask for no websocket', async () => {
  expect((await fetch(`${server.url}/ws/query`)).status).toBe(404)
})

/** A websocket for many queries, and what the server has sent over it. */
async function openMany(): Promise<Client> {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/ws/queries`)
  const frames: string[] = []
  socket.on('message', (data) => frames.push(String(data)))
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.once('close', (code, reason) => resolve({ code, reason: String(reason) })),
  )
  await new Promise((resolve) => socket.once('open', resolve))
  return { socket, frames, closed }
}

it('answers queries of one connection in their order, also after one that is refused', async () => {
  const streams = [new FakeStream('pullTable'), new FakeStream('pullTable')]
  const opened: string[] = []
  engine.open = async ({ sql }) => {
    opened.push(sql)
    if (sql === 'bad') throw new StatementError('No such thing')
    return streams[Number(sql)]!
  }
  const { socket, frames } = await openMany()
  for (const ksql of ['0', 'bad', '1']) socket.send(JSON.stringify({ ksql }))
  socket.send('{')
  await expect.poll(() => frames).toHaveLength(1)
  expect(opened).toEqual(['0'])
  await streams[0]!.send(['a', 1n])
  await streams[0]!.end({ reason: 'completed', finalMessage: null })
  await streams[1]!.send(['b', 2n])
  await streams[1]!.end({ reason: 'error', error: new RequestError('RATE_LIMITED', 'too slow') })
  await expect.poll(() => frames).toHaveLength(8)
  expect(opened).toEqual(['0', 'bad', '1'])
  expect(frames.filter((frame) => !frame.startsWith('['))).toEqual([
    '{"row":{"columns":["a",1]}}',
    '{"error":"done"}',
    '{"error":"No such thing","error_code":40001}',
    '{"row":{"columns":["b",2]}}',
    expect.stringMatching(/^{"error":"too slow","error_code":\d+}$/),
    expect.stringMatching(/^{"error":"Invalid JSON in request.*","error_code":400\d\d}$/),
  ])
  expect(socket.readyState).toBe(socket.OPEN)
  socket.terminate()
})

it('ends the query under way when the client of many leaves', async () => {
  const { socket, frames } = await openMany()
  socket.send(SELECT)
  await expect.poll(() => frames).toHaveLength(1)
  socket.terminate()
  await stream.whenClosed
})

it('closes a connection for many queries when the server stops, whether one is under way or none', async () => {
  const [idle, busy] = [await openMany(), await openMany()]
  busy.socket.send(SELECT)
  await expect.poll(() => busy.frames).toHaveLength(1)
  await server.close()
  const GONE = { code: 1001, reason: 'The server is shutting down. Try again in a moment.' }
  expect(await Promise.all([idle.closed, busy.closed])).toEqual([GONE, GONE])
  expect(busy.frames.at(-1)).toMatch(
    /^{"error":"The server is shutting down. Try again in a moment.","error_code":\d+}$/,
  )
})
