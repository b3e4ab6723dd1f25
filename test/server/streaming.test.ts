import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { connect } from 'node:net'
import { beforeEach, describe, expect, it } from 'vitest'
import type { LineStream } from '../../src/engine/api.ts'
import { QueryError, RequestError, StatementError } from '../../src/errors.ts'
import { STRING } from '../../src/types/sql-type.ts'
import { FakeEngine, FakeStream } from '../support/fake-engine.ts'
import { openHttp2, sendRaw } from '../support/http.ts'
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

const SQL = '{"sql":"SELECT * FROM S EMIT CHANGES;"}'
const BIG = 9223372036854775807n
const METADATA = '{"queryId":"transient_S_1","columnNames":["K","N"],"columnTypes":["STRING","BIGINT"]}'

const post = (path: string, accept: string) =>
  fetch(server.url + path, {
    method: 'POST',
    body: path === '/query' ? '{"ksql":"SELECT 1;"}' : SQL,
    headers: { accept },
  })

describe('forms of rows', () => {
  const send = async () => {
    await stream.send(['a', BIG], [null, 1])
    await stream.sendRows([{ row: ['b', null], tombstone: true }])
    await stream.end({ reason: 'limit', finalMessage: 'Limit Reached' })
  }

  it('is lines on /query-stream, without tombstones', async () => {
    const [answer] = await Promise.all([post('/query-stream', '*/*').then((found) => found.text()), send()])
    expect(answer).toBe(`${METADATA}\n["a",9223372036854775807]\n[null,1]\n`)
  })

  it('is an array on /query-stream for clients that want JSON', async () => {
    const [answer] = await Promise.all([
      post('/query-stream', 'application/json').then((found) => found.text()),
      send(),
    ])
    expect(answer).toBe(`[${METADATA},["a",9223372036854775807],[null,1]]`)
  })

  it.each(['*/*', 'application/json', 'application/vnd.ksql.v1+json'])(
    'is objects on /query for %s',
    async (accept) => {
      const [answer] = await Promise.all([post('/query', accept).then((found) => found.text()), send()])
      expect(answer.split('\n')).toEqual([
        '[{"header":{"queryId":"transient_S_1","schema":"`K` STRING, `N` BIGINT"}},',
        '{"row":{"columns":["a",9223372036854775807]}},',
        '{"row":{"columns":[null,1]}},',
        '{"row":{"columns":["b",null],"tombstone":true}},',
        '{"finalMessage":"Limit Reached"}]',
        '',
      ])
    },
  )

  it.each(['/query', '/query-stream'])(
    'is Protobuf messages in base64 on %s for clients that want them',
    async (path) => {
      const accept = 'application/vnd.ksql.v1+protobuf'
      const [[type, text]] = await Promise.all([
        post(path, accept).then(async (found) => [found.headers.get('content-type'), await found.text()]),
        send(),
      ])
      const schema = '`K` STRING, `N` BIGINT'
      const protoSchema = 'syntax = "proto3";\n\nmessage ConnectDefault1 {\n  string K = 1;\n  int64 N = 2;\n}\n'
      const row = (hex: string) => ({ protobufBytes: Buffer.from(hex, 'hex').toString('base64') })
      expect(type).toBe(accept)
      expect(JSON.parse(text!)).toEqual([
        { header: { queryId: 'transient_S_1', schema, protoSchema } },
        { row: row('0a016110ffffffffffffffff7f') },
        { row: row('1001') },
        { row: { ...row('0a0162'), tombstone: true } },
        { finalMessage: 'Limit Reached' },
      ])
      expect(text!.split('\n')).toHaveLength(6)
    },
  )

  it('refuses Protobuf for columns that have no message, and ends the query', async () => {
    stream = new FakeStream('push', [{ name: 'a column', type: STRING }])
    const answer = await post('/query', 'application/vnd.ksql.v1+protobuf')
    expect(answer.status).toBe(406)
    expect(await answer.json()).toMatchObject({
      error_code: 40600,
      message: expect.stringContaining('"a column" is not a valid identifier'),
    })
    expect(stream.isClosed).toBe(true)
  })

  it.each([
    ['the query has failed', new QueryError('why', { queryId: 'q', type: 'SYSTEM' }), 50000],
    ['the client was too slow', new RequestError('RATE_LIMITED', 'why'), 42900],
  ])('tells why a push query has ended when %s', async (_, error, code) => {
    const body = JSON.stringify({ '@type': 'generic_error', error_code: code, message: 'why' })
    const ends = [
      ['/query-stream', '*/*', `\n${body}\n`],
      ['/query-stream', 'application/json', `,${body}]`],
      ['/query', '*/*', `,\n{"errorMessage":${body}}]\n`],
    ] as const
    for (const [path, accept, text] of ends) {
      stream = new FakeStream()
      const sent = stream.end({ reason: 'error', error })
      const [answer] = await Promise.all([post(path, accept).then((found) => found.text()), sent])
      expect(answer.endsWith(text)).toBe(true)
    }
  })

  it.each([
    [
      '/query-stream',
      '*/*',
      `${METADATA}\n{"@type":"statement_error","error_code":40001,"message":"why","statementText":"","entities":[]}\n`,
    ],
    [
      '/query',
      '*/*',
      '[{"header":{"queryId":"transient_S_1","schema":"`K` STRING, `N` BIGINT"}},\n{"errorMessage":{"@type":"statement_error","error_code":40001,"message":"why","statementText":"","entities":[]}}]\n',
    ],
  ])('has the error in the stream of %s once rows have begun', async (path, accept, text) => {
    const [answer] = await Promise.all([
      post(path, accept).then((found) => found.text()),
      stream.end({ reason: 'error', error: new StatementError('why') }),
    ])
    expect(answer).toBe(text)
  })
})

describe('PRINT', () => {
  const lines: LineStream = {
    kind: 'print',
    queryId: 'print_1',
    subscribe: async (subscriber) => {
      await subscriber.onItems(['Key format: NULL', 'rowtime: 1'])
      subscriber.onEnd({ reason: 'completed', finalMessage: null })
    },
    close: async () => {},
  }

  it('is lines of text', async () => {
    engine.open = async () => lines
    expect(await (await post('/query-stream', '*/*')).text()).toBe('Key format: NULL\nrowtime: 1\n')
    expect(await (await post('/query', 'application/vnd.ksql.v1+json')).text()).toBe('Key format: NULL\nrowtime: 1\n')
  })

  it('is not to be had as JSON from /query-stream', async () => {
    engine.open = async () => lines
    expect((await post('/query-stream', 'application/json')).status).toBe(406)
  })
})

describe('HTTP/2', () => {
  it('takes a body without a content type, and sends each row in a frame of its own at once', async () => {
    const answer = openHttp2(server.url, '/query-stream', SQL)
    await answer.until(1)
    await stream.send(['a', 1], ['b', 2], ['c', 3])
    await answer.until(4)
    await stream.send(['d', 4])
    await answer.until(5)
    expect(answer.frames).toEqual([`${METADATA}\n`, '["a",1]\n', '["b",2]\n', '["c",3]\n', '["d",4]\n'])
    await stream.end({ reason: 'completed', finalMessage: null })
    await answer.ended
    expect(await answer.status).toBe(200)
  })

  it('ends the query when the client ends the stream', async () => {
    const answer = openHttp2(server.url, '/query-stream', SQL)
    await answer.until(1)
    answer.stream.close()
    await stream.whenClosed
    await answer.ended
  })

  it('waits for a client that does not read', async () => {
    const answer = openHttp2(server.url, '/query-stream', SQL)
    await answer.until(1)
    answer.stream.pause()
    let sent = 0
    const row = ['x'.repeat(60_000), 1]
    const sending = (async () => {
      for (; sent < 200; sent++) await stream.send(row)
    })()
    await expect.poll(() => answer.stream.readableLength).toBeGreaterThan(0)
    expect(sent).toBeLessThan(200)
    answer.stream.resume()
    await sending
    expect(sent).toBe(200)
    answer.stream.close()
    await answer.ended
  })

  it('does not hold the stop of the server back, where a client does not read', async () => {
    const answer = openHttp2(server.url, '/query-stream', SQL)
    await answer.until(1)
    answer.stream.pause()
    answer.stream.on('error', () => {})
    const row = ['x'.repeat(60_000), 1]
    const sending = stream.sendRows(Array.from({ length: 200 }, () => ({ row, tombstone: false })))
    await expect.poll(() => answer.stream.readableLength).toBeGreaterThan(0)
    const startedAt = performance.now()
    await server.close()
    await sending
    expect(performance.now() - startedAt).toBeLessThan(5_000)
  })

  it('is also reached by an upgrade, with or without a body', async () => {
    const frames = await upgrade(server.port, 'GET /info HTTP/1.1', '')
    expect(frames).toContain('"KsqlServerInfo"')
    const posted = await upgrade(server.port, 'POST /ksql HTTP/1.1', '{"ksql":"SHOW STREAMS;"}')
    expect(posted).toContain('HTTP/1.1 101 Switching Protocols')
    expect(posted).toContain('[]')
    expect(engine.requests).toMatchObject([{ sql: 'SHOW STREAMS;' }])
  })
})

/** Asks for HTTP/2 by hand and gives what came back until the answer's stream ended. */
async function upgrade(port: number, line: string, body: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(
    `${line}\r\nHost: localhost:${port}\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  )
  let answer = ''
  socket.on('data', (chunk: Buffer) => {
    const wasSwitched = answer.includes('101')
    answer += chunk.toString('latin1')
    // Preface and an empty SETTINGS frame.
    if (!wasSwitched)
      socket.write(
        Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), Buffer.of(0, 0, 0, 4, 0, 0, 0, 0, 0)]),
      )
  })
  // A DATA frame (type 0) with END_STREAM (flag 1) of stream 1.
  await expect.poll(() => answer.includes('\0\x01\0\0\0\x01')).toBe(true)
  socket.destroy()
  return answer
}

describe('HTTP/1.1', () => {
  it('sends each row of a push query on /query with the separator behind it, so that line readers have it at once', async () => {
    const body = '{"ksql":"SELECT * FROM S EMIT CHANGES;"}'
    const request = `POST /query HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    const [answer] = await Promise.all([
      sendRaw(server.port, request),
      stream.send(['a', 1], ['b', 2]).then(() => stream.end({ reason: 'closed', finalMessage: null })),
    ])
    const chunks = answer.slice(answer.indexOf('\r\n\r\n') + 4).split(/(?:^|\r\n)[0-9a-f]+\r\n/)
    expect(chunks.slice(2, 5)).toEqual([
      '{"row":{"columns":["a",1]}},\n',
      '{"row":{"columns":["b",2]}},\n',
      '{"finalMessage":"Query Completed"}]\n',
    ])
  })

  it('sends each row as a chunk of its own', async () => {
    const sending = (async () => {
      await stream.send(['a', 1], ['b', 2])
      await stream.end({ reason: 'completed', finalMessage: null })
    })()
    const request = `POST /query-stream HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: ${SQL.length}\r\n\r\n${SQL}`
    const answer = await sendRaw(server.port, request)
    await sending
    expect(answer.toLowerCase()).toContain('transfer-encoding: chunked')
    expect(answer).toContain('\r\n8\r\n["a",1]\n\r\n8\r\n["b",2]\n\r\n0\r\n\r\n')
  })

  it('ends the query when the client disconnects in the middle', async () => {
    const socket = connect(server.port, '127.0.0.1')
    socket.write(`POST /query-stream HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${SQL.length}\r\n\r\n${SQL}`)
    await stream.whenSubscribed
    socket.destroy()
    await stream.whenClosed
  })

  it('outlives bytes that are no HTTP', async () => {
    expect(await sendRaw(server.port, 'PRESS ANY KEY\r\n\r\n')).toContain('400 Bad Request')
    expect((await fetch(`${server.url}/info`)).status).toBe(200)
  })
})

interface Answer {
  readonly status: string
  readonly seq: number
}

const linesOf = (frames: readonly string[]) =>
  frames
    .join('')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Answer)

describe('POST /inserts-stream', () => {
  it('answers each row as it is stored', async () => {
    const answer = openHttp2(
      server.url,
      '/inserts-stream',
      '{"target":"S"}\n{"K":"a","N":9223372036854775807}\n\n{"K":"b"}',
    )
    await answer.ended
    expect(answer.frames.join('')).toBe('{"status":"ok","seq":0}\n{"status":"ok","seq":1}\n')
    expect(engine.inserted.map((row) => row.get('K'))).toEqual(['a', 'b'])
    expect(engine.inserted[0]!.get('N')).toMatchObject({ text: '9223372036854775807' })
  })

  it('acknowledges all rows up to a number by one answer where the client wants that', async () => {
    const body = `{"target":"S","acknowledge":"cumulative"}\n${'{"K":"a"}\n'.repeat(50)}`
    const answer = openHttp2(server.url, '/inserts-stream', body)
    await answer.ended
    const answers = linesOf(answer.frames)
    expect(answers.every(({ status }) => status === 'ok')).toBe(true)
    expect(answers.at(-1)).toEqual({ status: 'ok', seq: 49 })
    expect(answers.length).toBeLessThan(50)
  })

  it('refuses single rows and reads on where the client wants that', async () => {
    engine.insert = async (values) => {
      if (values.get('K') === 'bad') throw new StatementError("Can't coerce")
    }
    const rows = '{"K":"a"}\n{"K":"bad"}\n{"K":"b"}\nno json\n{"K":"c"}\n'
    const body = `{"target":"S","acknowledge":"CUMULATIVE","onError":"CONTINUE"}\n${rows}`
    const answer = openHttp2(server.url, '/inserts-stream', body)
    await answer.ended
    const answers = linesOf(answer.frames)
    expect(
      answers
        .filter(({ status }) => status === 'error')
        .map(({ seq }) => seq)
        .sort(),
    ).toEqual([1, 3])
    expect(answers.filter(({ status }) => status === 'ok').at(-1)).toEqual({ status: 'ok', seq: 4 })
    expect(engine.inserted.map((row) => row.get('K'))).toEqual(['a', 'b', 'c'])
  })

  it('tells of a failure only when the rows before it are stored, and acknowledges none behind it', async () => {
    const storing = Promise.withResolvers<void>()
    engine.insert = async (values) => {
      if (values.get('K') === 'slow') return storing.promise
      setImmediate(storing.resolve)
      throw new StatementError("Can't coerce")
    }
    const body = '{"target":"S","acknowledge":"CUMULATIVE"}\n{"K":"slow"}\n{"K":"bad"}\n'
    const answer = openHttp2(server.url, '/inserts-stream', body)
    await answer.ended
    expect(linesOf(answer.frames)).toMatchObject([
      { status: 'ok', seq: 0 },
      { status: 'error', seq: 1 },
    ])
  })

  it('ends at the first row that fails, with its number', async () => {
    engine.insert = async (values) => {
      if (values.get('K') === 'bad') throw new StatementError("Can't coerce")
    }
    const answer = openHttp2(server.url, '/inserts-stream', '{"target":"S"}\n{"K":"a"}\n{"K":"bad"}\n', {
      accept: 'application/json',
    })
    await answer.ended
    expect(JSON.parse(answer.frames.join(''))).toEqual([
      { status: 'ok', seq: 0 },
      { status: 'error', seq: 1, error_code: 40001, message: "Can't coerce" },
    ])
  })

  it('acknowledges rows that are still being stored when a later one fails, before the failure', async () => {
    const storing = Promise.withResolvers<void>()
    engine.insert = async (values) => {
      if (values.get('K') === 'slow') return storing.promise
      setImmediate(storing.resolve)
      throw new StatementError("Can't coerce")
    }
    const answer = openHttp2(server.url, '/inserts-stream', '{"target":"S"}\n{"K":"slow"}\n{"K":"bad"}\n')
    await answer.ended
    expect(
      answer.frames
        .join('')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      { status: 'ok', seq: 0 },
      { status: 'error', seq: 1 },
    ])
  })

  it('refuses what does not begin with a target', async () => {
    for (const body of ['', '{"K":"a"}\n', 'x\n']) {
      const answer = openHttp2(server.url, '/inserts-stream', body)
      expect(await answer.status).toBe(400)
      await answer.ended
      expect(JSON.parse(answer.frames.join(''))).toMatchObject({ error_code: 40000 })
    }
  })

  it('refuses a line without end', async () => {
    const answer = openHttp2(server.url, '/inserts-stream', `{"target":"S"}\n${'x'.repeat(3 * 1024 * 1024)}`)
    await answer.ended
    expect(JSON.parse(answer.frames.join(''))).toMatchObject({ status: 'error', seq: 0, error_code: 41300 })
  })

  it('sends each acknowledgement in a frame of its own, also of rows that are stored together', async () => {
    const stored = Promise.resolve()
    engine.insert = () => stored
    const rows = '{"K":"a"}\n'.repeat(5000)
    const answer = openHttp2(server.url, '/inserts-stream', `{"target":"S"}\n${rows}`)
    await answer.ended
    expect(answer.frames).toEqual(Array.from({ length: 5000 }, (_, seq) => `{"status":"ok","seq":${seq}}\n`))
  })

  it('sends each acknowledgement in a frame of its own, also over a connection that was used before', async () => {
    engine.insert = () => Promise.resolve()
    const session = connectHttp2(server.url)
    const info = session.request({ ':path': '/info' })
    await once(info.resume(), 'end')
    const stream = session.request({ ':method': 'POST', ':path': '/inserts-stream' })
    stream.end(`{"target":"S"}\n${'{"K":"a"}\n'.repeat(20)}`)
    const frames = (await stream.setEncoding('utf8').toArray()) as string[]
    session.close()
    expect(frames).toEqual(Array.from({ length: 20 }, (_, seq) => `{"status":"ok","seq":${seq}}\n`))
  })

  it('answers a row that fails at once, although the client sends no further line', async () => {
    engine.insert = async () => {
      throw new StatementError("Can't coerce")
    }
    const answer = openHttp2(server.url, '/inserts-stream', null)
    answer.stream.write('{"target":"S"}\n{"K":"bad"}\n')
    await answer.until(1)
    expect(JSON.parse(answer.frames[0]!)).toMatchObject({ status: 'error', seq: 0 })
    answer.stream.end()
    await answer.ended
  })

  it('acknowledges rows while the client still writes', async () => {
    const answer = openHttp2(server.url, '/inserts-stream', null)
    answer.stream.write('{"target":"S"}\n')
    answer.stream.write('{"K":"a"}\n')
    await answer.until(1)
    answer.stream.end('{"K":"b"}\n')
    await answer.ended
    expect(answer.frames).toHaveLength(2)
  })
})
